package dev.firstcome.simulation;

import static dev.firstcome.simulation.Statements.changed;
import static dev.firstcome.simulation.Statements.on;
import static dev.firstcome.simulation.Statements.rows;
import static java.util.Objects.requireNonNull;

import dev.firstcome.shop.drop.Drop;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.Order.Status;
import dev.firstcome.shop.order.OrderLine;
import dev.firstcome.simulation.PostgresServer.Answer;
import dev.firstcome.simulation.PostgresServer.Key;
import dev.firstcome.simulation.PostgresServer.Product;
import dev.firstcome.simulation.PostgresServer.Tx;
import dev.firstcome.simulation.Statements.Locks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the shop's SQL of drops, of limits and of the clock does. */
final class DropStatements {

  private DropStatements() {}

  static void all() {
    on(
        "Session.NOW",
        "clock_timestamp",
        Locks.NONE,
        (db, tx, a, locked) -> rows(Stream.<Object[]>of(new Object[] {db.clock()})));
    on(
        "DropSql.OFFERS",
        "product_id product_name price on_sale product_max_per_user id name opens_at closes_at"
            + " max_per_user paused rate_per_second admission_seconds absent_seconds",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                Stream.of((Long[]) a[0])
                    .filter(id -> db.products.get(tx, id) != null)
                    .map(id -> offer(db, tx, id))));
    on(
        "DropSql.BOUND",
        "product_id on_sale ordered_at now id name opens_at closes_at max_per_user paused rate_per_second"
            + " admission_seconds absent_seconds",
        Locks.NONE,
        (db, tx, a, locked) -> rows(bound(db, tx)));
    changes();
    buyers();
    purchases();
  }

  private static void changes() {
    on(
        "DropSql.LOCK",
        "id name opens_at closes_at max_per_user paused version rate_per_second admission_seconds"
            + " absent_seconds",
        (db, tx, a) -> db.drops.get(tx, a[0]) == null ? List.of() : List.of(db.drops.key(a[0])),
        (db, tx, a, locked) ->
            rows(locked.stream().map(key -> terms(db, tx, key.what()).toArray())));
    on(
        "DropSql.PRODUCTS_OF",
        "id",
        Locks.NONE,
        (db, tx, a, locked) -> rows(productsOf(db, tx, a[0]).map(id -> new Object[] {id})));
    // None of them has a line.
    on(
        "LineTermsSql.LOCK",
        "rate_per_second admission_seconds absent_seconds",
        Locks.NONE,
        (db, tx, a, locked) -> rows(Stream.empty()));
    on("DropSql.WRITE", "", (db, tx, a) -> List.of(db.drops.key(a[0])), DropStatements::write);
    on(
        "DropSql.BODIES_OF",
        "id name opens_at closes_at max_per_user paused version rate_per_second admission_seconds"
            + " absent_seconds seed_hash seed admitted_up_to waiting now product_id product_name"
            + " price quantity product_max_per_user",
        Locks.NONE,
        (db, tx, a, locked) -> rows(Stream.of((Long[]) a[0]).flatMap(id -> bodies(db, tx, id))));
  }

  /** A drop with its version and the terms of the line that it has not. */
  private static List<@Nullable Object> terms(PostgresServer db, Tx tx, Object id) {
    List<@Nullable Object> row = columns(requireNonNull(db.drops.get(tx, id)));
    row.add(6, db.dropVersions.get(tx, id));
    return row;
  }

  private static Stream<Object> productsOf(PostgresServer db, Tx tx, Object drop) {
    return db.products.rows().keySet().stream()
        .filter(id -> drop.equals(requireNonNull(db.products.get(tx, id)).dropId()))
        .sorted();
  }

  /** One row at least: a drop that binds nothing is there all the same. */
  private static Stream<Object[]> bodies(PostgresServer db, Tx tx, Long drop) {
    List<Object> products = productsOf(db, tx, drop).toList();
    return products.isEmpty()
        ? Stream.<Object[]>of(body(db, tx, drop, Arrays.asList(null, null, null, null, null)))
        : products.stream().map(id -> body(db, tx, drop, product(db, tx, id)));
  }

  private static List<@Nullable Object> product(PostgresServer db, Tx tx, Object id) {
    Product product = requireNonNull(db.products.get(tx, id));
    return Arrays.asList(
        id, product.name(), product.price(), db.stock.get(tx, id), product.maxPerUser());
  }

  private static Object[] body(
      PostgresServer db, Tx tx, Long drop, List<@Nullable Object> product) {
    List<@Nullable Object> row = terms(db, tx, drop);
    row.addAll(Arrays.asList(null, null, null, null, db.clock()));
    row.addAll(product);
    return row.toArray();
  }

  private static Answer write(PostgresServer db, Tx tx, Object[] a, List<Key> locked) {
    Long id = (Long) a[0];
    Drop drop =
        new Drop(
            id,
            (String) a[1],
            (Instant) a[2],
            ((Instant[]) a[4])[0],
            ((Long[]) a[5])[0],
            (Boolean) a[3],
            null);
    db.drops.put(tx, id, drop);
    db.dropVersions.put(tx, id, requireNonNull(db.dropVersions.get(tx, id)) + 1);
    return changed(1);
  }

  private static Object[] offer(PostgresServer db, Tx tx, Long id) {
    Product product = requireNonNull(db.products.get(tx, id));
    Drop drop = product.dropId() == null ? null : db.drops.get(tx, product.dropId());
    List<@Nullable Object> row = new ArrayList<>();
    row.add(id);
    row.add(product.name());
    row.add(product.price());
    row.add(true);
    row.add(product.maxPerUser());
    row.addAll(columns(drop));
    return row.toArray();
  }

  private static List<@Nullable Object> columns(@Nullable Drop drop) {
    List<@Nullable Object> row = new ArrayList<>();
    row.add(drop == null ? null : drop.id());
    row.add(drop == null ? null : drop.name());
    row.add(drop == null ? null : drop.opensAt());
    row.add(drop == null ? null : drop.closesAt());
    row.add(drop == null ? null : drop.maxPerUser());
    row.add(drop == null ? null : drop.paused());
    // None of them has a line.
    row.addAll(Arrays.asList(null, null, null));
    return row;
  }

  private static Stream<Object[]> bound(PostgresServer db, Tx tx) {
    List<Object[]> rows = new ArrayList<>();
    db.products
        .rows()
        .forEach(
            (id, product) -> {
              if (product.dropId() != null) {
                List<@Nullable Object> row = new ArrayList<>();
                row.add(id);
                row.add(true);
                row.add(db.orderedAt.get(tx, id));
                row.add(db.clock());
                row.addAll(columns(db.drops.get(tx, product.dropId())));
                rows.add(row.toArray());
              }
            });
    return rows.stream();
  }

  private static void buyers() {
    on(
        "PurchaseSql.LOCK",
        "user_id drop_id",
        (db, tx, a) ->
            keys(a).filter(key -> db.buyers.get(tx, key) != null).map(db.buyers::key).toList(),
        (db, tx, a, locked) -> rows(locked.stream().map(key -> ((String) key.what()).split(" "))));
    on(
        "PurchaseSql.OPEN",
        "",
        (db, tx, a) -> keys(a).map(db.buyers::key).toList(),
        (db, tx, a, locked) -> {
          List<Key> fresh =
              locked.stream().filter(key -> db.buyers.get(tx, key.what()) == null).toList();
          fresh.forEach(key -> db.buyers.put(tx, key.what(), true));
          return changed(fresh.size());
        });
  }

  private static Stream<String> keys(Object[] a) {
    return IntStream.range(0, ((String[]) a[0]).length)
        .mapToObj(i -> ((String[]) a[0])[i] + " " + ((Long[]) a[1])[i])
        .distinct()
        .sorted();
  }

  private static void purchases() {
    on(
        "PurchaseSql.UNPAID",
        "user_id number ids",
        Locks.NONE,
        (db, tx, a, locked) -> unpaid(db, tx, Set.of((String[]) a[0])));
    on(
        "PurchaseSql.BOUGHT",
        "user_id product_id drop_id bought pending",
        Locks.NONE,
        (db, tx, a, locked) ->
            bought(
                db,
                tx,
                ShopSql::isLive,
                Set.of((String[]) a[0]),
                Set.of((Long[]) a[1]),
                Set.of((Long[]) a[2])));
  }

  private static Answer unpaid(PostgresServer db, Tx tx, Set<String> users) {
    Map<String, List<Order>> pending = new TreeMap<>();
    db.orders.all(tx).stream()
        .filter(o -> o.status() == Status.PENDING && users.contains(o.userId()))
        .sorted(Comparator.comparing(Order::createdAt).thenComparing(Order::id))
        .forEach(o -> pending.computeIfAbsent(o.userId(), u -> new ArrayList<>()).add(o));
    return rows(
        pending.entrySet().stream()
            .map(
                e ->
                    new Object[] {
                      e.getKey(),
                      (long) e.getValue().size(),
                      e.getValue().stream().map(Order::id).limit(100).toArray(UUID[]::new)
                    }));
  }

  static Answer bought(
      PostgresServer db,
      Tx tx,
      Predicate<Order> counted,
      Set<String> users,
      Set<Long> products,
      Set<Long> drops) {
    Map<List<@Nullable Object>, long[]> sums = new LinkedHashMap<>();
    for (Order order : db.orders.all(tx)) {
      if (!counted.test(order) || !users.contains(order.userId())) {
        continue;
      }
      for (OrderLine line : order.lines()) {
        boolean inDrop = line.dropId() != null && drops.contains(line.dropId());
        if (products.contains(line.productId()) || inDrop) {
          List<@Nullable Object> key = new ArrayList<>();
          key.add(order.userId());
          key.add(line.productId());
          key.add(line.dropId());
          long[] sum = sums.computeIfAbsent(key, k -> new long[2]);
          sum[order.status() == Status.PENDING ? 1 : 0] += line.kept();
        }
      }
    }
    return rows(
        sums.entrySet().stream()
            .map(
                e ->
                    new Object[] {
                      e.getKey().get(0),
                      e.getKey().get(1),
                      e.getKey().get(2),
                      e.getValue()[0],
                      e.getValue()[1]
                    }));
  }
}
