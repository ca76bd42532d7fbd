package dev.firstcome.simulation;

import static dev.firstcome.simulation.Statements.changed;
import static dev.firstcome.simulation.Statements.on;
import static dev.firstcome.simulation.Statements.rows;
import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;

import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.shop.coupon.Campaign;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.Order.Status;
import dev.firstcome.shop.order.OrderLine;
import dev.firstcome.shop.payment.Payment;
import dev.firstcome.shop.point.PointEntry;
import dev.firstcome.simulation.PostgresServer.Adjustment;
import dev.firstcome.simulation.PostgresServer.Answer;
import dev.firstcome.simulation.PostgresServer.Aside;
import dev.firstcome.simulation.PostgresServer.Event;
import dev.firstcome.simulation.PostgresServer.Issued;
import dev.firstcome.simulation.PostgresServer.Key;
import dev.firstcome.simulation.PostgresServer.StoredCampaign;
import dev.firstcome.simulation.PostgresServer.Table;
import dev.firstcome.simulation.PostgresServer.Tx;
import dev.firstcome.simulation.Statements.Locks;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the shop's SQL does: its locks in order, then its effect. */
final class ShopSql {

  static final Comparator<UUID> AS_POSTGRES =
      (a, b) -> {
        int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return high != 0
            ? high
            : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
      };

  private ShopSql() {}

  static void all() {
    campaigns();
    issuedCoupons();
    stock();
    orders();
    orderEndings();
    points();
    payments();
    outbox();
    setAside();
    carts();
    DropStatements.all();
    AuditStatements.all();
    RefundStatements.all();
  }

  /** Keys of the rows that there are, in order. */
  private static <K> List<Key> known(Table<?> table, Tx tx, K[] keys, Comparator<? super K> order) {
    return Stream.of(keys)
        .distinct()
        .filter(key -> table.get(tx, key) != null)
        .sorted(order)
        .map(table::key)
        .toList();
  }

  private static <R> Stream<R> locked(Table<R> table, Tx tx, List<Key> keys) {
    return keys.stream().map(key -> row(table, tx, key.what()));
  }

  private static <R> R row(Table<R> table, Tx tx, Object key) {
    R row = table.get(tx, key);
    if (row == null) {
      throw new IllegalStateException(table.name + " has no " + key);
    }
    return row;
  }

  private static <R> Stream<R> found(Table<R> table, Tx tx, Object[] keys) {
    return Stream.of(keys).distinct().flatMap(key -> Stream.ofNullable(table.get(tx, key)));
  }

  /** Keys of the rows that others have locked. What is locked to find out is free again at once. */
  private static <K> Answer held(Table<?> table, Tx tx, K[] keys) {
    return rows(
        Stream.of(keys)
            .distinct()
            .filter(key -> table.get(tx, key) != null)
            .filter(key -> !tx.tryLock(table.key(key)))
            .map(key -> new Object[] {key}));
  }

  static String issuedKey(long couponId, String userId) {
    return couponId + ":" + userId;
  }

  private static void campaigns() {
    on(
        "CouponSql.LOCK_CAMPAIGNS",
        "coupon_id name discount_type discount_value discount_max_amount min_order_amount"
            + " total_quantity issuable_from issuable_until valid_until paused issued_quantity",
        (db, tx, a) -> known(db.coupons, tx, (Long[]) a[0], naturalOrder()),
        (db, tx, a, locked) ->
            rows(
                locked(db.coupons, tx, locked)
                    .map(c -> append(terms(c.coupon()), c.issuedQuantity()))));
    on(
        "CouponSql.TOTAL",
        "total_quantity",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                found(db.coupons, tx, new Object[] {a[0]})
                    .map(c -> new Object[] {c.coupon().totalQuantity()})));
    on(
        "CouponSql.ISSUED_ALREADY",
        "now id coupon_id user_id issued_at used_at order_id",
        Locks.NONE,
        (db, tx, a, locked) ->
            dated(
                db,
                6,
                Stream.of(issuedKeys((Long[]) a[0], (String[]) a[1]))
                    .flatMap(key -> Stream.ofNullable(db.issued.get(tx, key)))
                    .map(
                        i ->
                            new Object[] {
                              db.clock(),
                              i.id(),
                              i.couponId(),
                              i.userId(),
                              i.issuedAt(),
                              i.usedAt(),
                              i.orderId()
                            })));
    on(
        "CouponSql.HELD",
        "id",
        Locks.NONE,
        (db, tx, a, locked) -> held(db.coupons, tx, (Long[]) a[0]));
    on(
        "CouponSql.ISSUE",
        "",
        (db, tx, a) ->
            Stream.of(issuedKeys((Long[]) a[1], (String[]) a[2])).map(db.issued::key).toList(),
        ShopSql::issue);
    on(
        "CouponSql.HOLDERS_AFTER",
        "user_id",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                db.issued.all(tx).stream()
                    .filter(i -> i.couponId() == (Long) a[0])
                    .filter(i -> i.userId().compareTo((String) a[1]) > 0)
                    .sorted(comparing(Issued::userId))
                    .limit((Integer) a[2])
                    .map(i -> new Object[] {i.userId()})));
    on(
        "CouponSql.SNAPSHOT",
        "remaining user_id",
        Locks.NONE,
        (db, tx, a, locked) -> rows(snapshot(db, tx, (Long) a[0], (String[]) a[1])));
    on(
        "CouponSql.HOLDERS_AMONG",
        "user_id",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                Stream.of((String[]) a[1])
                    .filter(user -> db.issued.get(tx, issuedKey((Long) a[0], user)) != null)
                    .map(user -> new Object[] {user})));
  }

  /** At least one row: PostgreSQL's clock, and nothing else if there is nothing. */
  static Answer dated(PostgresServer db, int columns, Stream<Object[]> found) {
    List<Object[]> all = found.toList();
    return rows(all.isEmpty() ? nothingAt(db.clock(), columns) : all.stream());
  }

  static Stream<Object[]> nothingAt(Instant now, int columns) {
    Object[] row = new Object[columns + 1];
    row[0] = now;
    return Stream.<Object[]>of(row);
  }

  private static Object[] append(Object[] some, Object... more) {
    return Stream.concat(Stream.of(some), Stream.of(more)).toArray();
  }

  private static Object[] terms(Campaign c) {
    return new Object[] {
      c.id(),
      c.name(),
      c.discount().type().name(),
      c.discount().value(),
      c.discount().maxAmount(),
      c.minOrderAmount(),
      c.totalQuantity(),
      c.issuableFrom(),
      c.issuableUntil(),
      c.validUntil(),
      c.paused()
    };
  }

  private static Stream<Object[]> snapshot(
      PostgresServer db, Tx tx, Long campaign, String[] users) {
    Stream<Object[]> left =
        found(db.coupons, tx, new Object[] {campaign}).map(c -> new Object[] {c.left(), null});
    return Stream.concat(
        left,
        Stream.of(users)
            .filter(user -> db.issued.get(tx, issuedKey(campaign, user)) != null)
            .map(user -> new Object[] {null, user}));
  }

  private static String[] issuedKeys(Long[] coupons, String[] users) {
    return IntStream.range(0, coupons.length)
        .mapToObj(i -> issuedKey(coupons[i], users[i]))
        .toArray(String[]::new);
  }

  private static Answer issue(PostgresServer db, Tx tx, Object[] a, List<Key> locked) {
    Long[] coupons = (Long[]) a[1];
    String[] users = (String[]) a[2];
    Map<Long, Long> numbers = new TreeMap<>();
    for (int i = 0; i < users.length; i++) {
      Issued row =
          new Issued(((UUID[]) a[0])[i], coupons[i], users[i], ((Instant[]) a[3])[i], null, null);
      db.issued.insert(tx, issuedKey(coupons[i], users[i]), row, "issued_coupons_one_per_user");
      numbers.merge(coupons[i], 1L, Long::sum);
    }
    numbers.forEach(
        (id, number) -> {
          StoredCampaign campaign = row(db.coupons, tx, id);
          long after = campaign.issuedQuantity() + number;
          db.check(after <= campaign.coupon().totalQuantity(), "coupons_never_over_issued");
          db.coupons.put(tx, id, new StoredCampaign(campaign.coupon(), after));
        });
    return changed(numbers.size());
  }

  private static void issuedCoupons() {
    on(
        "CouponSql.LOCK_ISSUED",
        "id user_id issued_at used_at order_id coupon_id name discount_type discount_value"
            + " discount_max_amount min_order_amount total_quantity issuable_from issuable_until"
            + " valid_until paused",
        (db, tx, a) ->
            owned(db, tx, (String[]) a[0], (UUID[]) a[1]).stream()
                .sorted(comparing(Issued::id, AS_POSTGRES))
                .map(i -> db.issued.key(issuedKey(i.couponId(), i.userId())))
                .toList(),
        (db, tx, a, locked) ->
            rows(locked(db.issued, tx, locked).map(i -> withCampaign(db, tx, i))));
    on(
        "CouponSql.MARK_USED",
        "",
        Locks.NONE,
        (db, tx, a, locked) -> {
          long changed = 0;
          for (int i = 0; i < ((UUID[]) a[1]).length; i++) {
            UUID order = ((UUID[]) a[2])[i];
            Instant at = ((Instant[]) a[3])[i];
            for (Issued row : owned(db, tx, only(((String[]) a[0])[i]), only(((UUID[]) a[1])[i]))) {
              changed += row.usedAt() == null ? use(db, tx, row, order, at) : 0;
            }
          }
          return changed(changed);
        });
    on(
        "CouponSql.GIVE_BACK",
        "",
        Locks.NONE,
        (db, tx, a, locked) -> {
          long changed = 0;
          for (int i = 0; i < ((UUID[]) a[1]).length; i++) {
            UUID order = ((UUID[]) a[2])[i];
            for (Issued row : owned(db, tx, only(((String[]) a[0])[i]), only(((UUID[]) a[1])[i]))) {
              changed += order.equals(row.orderId()) ? use(db, tx, row, null, null) : 0;
            }
          }
          return changed(changed);
        });
  }

  private static String[] only(String one) {
    return new String[] {one};
  }

  private static UUID[] only(UUID one) {
    return new UUID[] {one};
  }

  private static Set<Issued> owned(PostgresServer db, Tx tx, String[] users, UUID[] ids) {
    Set<Issued> rows = new java.util.LinkedHashSet<>();
    for (Issued row : db.issued.all(tx)) {
      for (int i = 0; i < ids.length; i++) {
        if (row.id().equals(ids[i]) && row.userId().equals(users[i])) {
          rows.add(row);
        }
      }
    }
    return rows;
  }

  private static long use(
      PostgresServer db, Tx tx, Issued row, @Nullable UUID order, @Nullable Instant at) {
    db.issued.put(
        tx,
        issuedKey(row.couponId(), row.userId()),
        new Issued(row.id(), row.couponId(), row.userId(), row.issuedAt(), at, order));
    return 1;
  }

  private static Object[] withCampaign(PostgresServer db, Tx tx, Issued i) {
    Campaign c = row(db.coupons, tx, i.couponId()).coupon();
    return append(
        new Object[] {i.id(), i.userId(), i.issuedAt(), i.usedAt(), i.orderId()}, terms(c));
  }

  private static void stock() {
    on(
        "StockSql.LOCK",
        "product_id quantity",
        (db, tx, a) -> known(db.stock, tx, (Long[]) a[0], naturalOrder()),
        (db, tx, a, locked) ->
            rows(
                locked.stream()
                    .map(key -> new Object[] {key.what(), row(db.stock, tx, key.what())})));
    on(
        "StockSql.HELD",
        "product_id",
        Locks.NONE,
        (db, tx, a, locked) -> held(db.stock, tx, (Long[]) a[0]));
    on(
        "StockSql.TAKE",
        "",
        (db, tx, a) -> known(db.stock, tx, (Long[]) a[0], (x, y) -> 0),
        (db, tx, a, locked) -> {
          Long[] products = (Long[]) a[0];
          for (int i = 0; i < products.length; i++) {
            if (((Long[]) a[1])[i] > 0) {
              db.orderedAt.put(tx, products[i], db.clock());
            }
            setStock(db, tx, products[i], row(db.stock, tx, products[i]) - ((Long[]) a[1])[i]);
          }
          return changed(products.length);
        });
    on(
        "StockSql.SNAPSHOT",
        "product_id quantity order_id",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                Stream.concat(
                    Stream.of((Long[]) a[0])
                        .filter(id -> db.stock.get(tx, id) != null)
                        .map(id -> new Object[] {id, db.stock.get(tx, id), null}),
                    found(db.orders, tx, (UUID[]) a[1])
                        .map(order -> new Object[] {null, null, order.id()}))));
    on(
        "StockAdjustments.LOCK",
        "product_id quantity fence",
        (db, tx, a) -> known(db.stock, tx, (Long[]) a[0], naturalOrder()),
        (db, tx, a, locked) ->
            rows(
                locked.stream()
                    .map(
                        key ->
                            new Object[] {
                              key.what(), row(db.stock, tx, key.what()), fence(db, tx, key.what())
                            })));
    on(
        "StockAdjustments.WRITE",
        "",
        (db, tx, a) -> known(db.stock, tx, (Long[]) a[0], (x, y) -> 0),
        (db, tx, a, locked) -> {
          Long[] products = (Long[]) a[0];
          long lease = (Long) a[5];
          long changed = 0;
          for (int i = 0; i < products.length; i++) {
            long fence = fence(db, tx, products[i]);
            boolean late = lease != 0 && fence > lease && db.variant.enforces("fence");
            long delta = ((Long[]) a[1])[i];
            long after = row(db.stock, tx, products[i]) + delta;
            db.adjustments.put(tx, db.adjustmentId(), new Adjustment(products[i], delta));
            if (after >= 0 && !late) {
              setStock(db, tx, products[i], after);
              db.fences.put(tx, products[i], Math.max(fence, lease));
              changed++;
            }
          }
          return changed(changed);
        });
  }

  private static long fence(PostgresServer db, Tx tx, Object product) {
    Long fence = db.fences.get(tx, product);
    return fence == null ? 0 : fence;
  }

  private static void setStock(PostgresServer db, Tx tx, Long product, long quantity) {
    db.check(quantity >= 0, "stock_never_oversold");
    boolean fits = quantity <= PostgresServer.MOST || !db.variant.limitsStock();
    db.check(fits, "stock_quantity_limit");
    db.stock.put(tx, product, quantity);
  }

  private static final String ORDER =
      "id user_id status subtotal discount total issued_coupon_id payment_id fingerprint created_at"
          + " payment_due_at";

  static Object[] order(Order o) {
    return new Object[] {
      o.id(),
      o.userId(),
      o.status().name(),
      o.subtotal(),
      o.discount(),
      o.total(),
      o.issuedCouponId(),
      o.paymentId(),
      o.fingerprint(),
      o.createdAt(),
      o.paymentDueAt()
    };
  }

  /** Those of the orders that are their users' own. */
  private static UUID[] ownOrders(PostgresServer db, Tx tx, Object[] idsAndUsers) {
    UUID[] ids = (UUID[]) idsAndUsers[0];
    String[] users = (String[]) idsAndUsers[1];
    return IntStream.range(0, ids.length)
        .filter(
            i ->
                found(db.orders, tx, new UUID[] {ids[i]})
                    .anyMatch(o -> o.userId().equals(users[i])))
        .mapToObj(i -> ids[i])
        .toArray(UUID[]::new);
  }

  private static void orders() {
    on(
        "OrderSql.LOCK",
        ORDER,
        (db, tx, a) -> known(db.orders, tx, ownOrders(db, tx, a), AS_POSTGRES),
        (db, tx, a, locked) -> rows(locked(db.orders, tx, locked).map(ShopSql::order)));
    on(
        "OrderSql.HELD",
        "id",
        Locks.NONE,
        (db, tx, a, locked) -> held(db.orders, tx, (UUID[]) a[0]));
    on(
        "OrderSql.BY_ID",
        "now " + ORDER,
        Locks.NONE,
        (db, tx, a, locked) ->
            dated(
                db,
                11,
                found(db.orders, tx, (UUID[]) a[0])
                    .map(order -> append(new Object[] {db.clock()}, order(order)))));
    on(
        "OrderSql.WHICH_EXIST",
        "id",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(found(db.orders, tx, (UUID[]) a[0]).map(order -> new Object[] {order.id()})));
    on(
        "OrderSql.OF_USER",
        ORDER,
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                found(db.orders, tx, new Object[] {a[0]})
                    .filter(o -> o.userId().equals(a[1]))
                    .map(ShopSql::order)));
    on(
        "OrderSql.LINES",
        "order_id product_id name unit_price quantity drop_id discount refunded",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                found(db.orders, tx, (UUID[]) a[0])
                    .flatMap(
                        o ->
                            o.lines().stream()
                                .map(
                                    line ->
                                        new Object[] {
                                          o.id(),
                                          line.productId(),
                                          line.name(),
                                          line.unitPrice(),
                                          line.quantity(),
                                          line.dropId(),
                                          line.discount(),
                                          line.refunded()
                                        }))));
    on(
        "OrderSql.PLACE",
        "",
        (db, tx, a) ->
            Stream.concat(
                    Stream.of((UUID[]) a[0]).map(db.orders::key),
                    Stream.of((UUID[]) a[4])
                        .flatMap(Stream::ofNullable)
                        .map(coupon -> new Key("orders_coupon_used_once", coupon)))
                .toList(),
        ShopSql::place);
    on(
        "OrderSql.PRODUCTS_OF",
        "product_id",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                found(db.orders, tx, (UUID[]) a[0])
                    .flatMap(o -> o.lines().stream().map(OrderLine::productId))
                    .distinct()
                    .map(product -> new Object[] {product})));
  }

  private static Answer place(PostgresServer db, Tx tx, Object[] a, List<Key> locked) {
    Map<UUID, List<OrderLine>> lines = new LinkedHashMap<>();
    UUID[] ofOrder = (UUID[]) a[8];
    for (int i = 0; i < ofOrder.length; i++) {
      lines
          .computeIfAbsent(ofOrder[i], id -> new ArrayList<>())
          .add(
              new OrderLine(
                  ((Long[]) a[9])[i],
                  ((String[]) a[10])[i],
                  ((Long[]) a[11])[i],
                  ((Long[]) a[12])[i],
                  ((Long[]) a[13])[i],
                  ((Long[]) a[14])[i],
                  0));
    }
    UUID[] ids = (UUID[]) a[0];
    for (int i = 0; i < ids.length; i++) {
      long subtotal = ((Long[]) a[2])[i];
      long discount = ((Long[]) a[3])[i];
      UUID coupon = ((UUID[]) a[4])[i];
      db.check(discount >= 0 && discount <= subtotal, "orders_amounts");
      boolean used =
          coupon != null
              && db.orders.all(tx).stream()
                  .anyMatch(o -> coupon.equals(o.issuedCouponId()) && isLive(o));
      if (used && db.variant.enforces("orders_coupon_used_once")) {
        throw Failures.unique("orders_coupon_used_once");
      }
      Order order =
          new Order(
              ids[i],
              ((String[]) a[1])[i],
              Status.PENDING,
              lines.getOrDefault(ids[i], List.of()),
              subtotal,
              discount,
              subtotal - discount,
              coupon,
              null,
              ((UUID[]) a[5])[i],
              ((Instant[]) a[6])[i],
              ((Instant[]) a[7])[i],
              List.of());
      db.orders.insert(tx, order.id(), order, "orders_pkey");
    }
    return changed(ids.length);
  }

  static boolean isLive(Order order) {
    return order.status() == Status.PENDING || order.status() == Status.PAID;
  }

  private static void orderEndings() {
    on(
        "OrderSql.MARK_PAID",
        "",
        (db, tx, a) -> known(db.orders, tx, (UUID[]) a[0], (x, y) -> 0),
        (db, tx, a, locked) -> {
          long changed = 0;
          for (int i = 0; i < ((UUID[]) a[0]).length; i++) {
            Order order = row(db.orders, tx, ((UUID[]) a[0])[i]);
            if (order.status() == Status.PENDING) {
              db.orders.put(tx, order.id(), order.paidBy(((UUID[]) a[1])[i]));
              changed++;
            }
          }
          return changed(changed);
        });
    on(
        "OrderSql.LOCK_DUE",
        ORDER,
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                due(db, tx, (Long) a[1])
                    .filter(o -> !isAside(db, tx, o))
                    .sorted(comparing(Order::paymentDueAt).thenComparing(Order::id, AS_POSTGRES))
                    .filter(o -> tx.tryLock(db.orders.key(o.id())))
                    .limit((Integer) a[0])
                    .map(ShopSql::order)));
    on(
        "OrderSql.OLDEST_DUE",
        "late",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                due(db, tx, (Long) a[0])
                    .map(Order::paymentDueAt)
                    .sorted()
                    .limit(1)
                    .map(at -> new Object[] {Duration.between(at, db.clock()).toMillis()})));
    on(
        "OrderSql.LOCK_THESE_DUE",
        ORDER,
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                found(db.orders, tx, (UUID[]) a[0])
                    .filter(o -> o.status() == Status.PENDING)
                    .filter(o -> !o.paymentDueAt().isAfter(db.clock()))
                    .filter(o -> tx.tryLock(db.orders.key(o.id())))
                    .map(ShopSql::order)));
    on(
        "OrderSql.CLOSE",
        "",
        (db, tx, a) -> known(db.orders, tx, (UUID[]) a[0], (x, y) -> 0),
        (db, tx, a, locked) -> {
          long changed = 0;
          for (int i = 0; i < ((UUID[]) a[0]).length; i++) {
            Order order = row(db.orders, tx, ((UUID[]) a[0])[i]);
            Status to = Status.valueOf(((String[]) a[1])[i]);
            if (order.status() == Status.PENDING || !db.variant.enforces("CLOSE's guard")) {
              db.orders.put(tx, order.id(), with(order, to));
              changed++;
            }
          }
          return changed(changed);
        });
  }

  private static Stream<Order> due(PostgresServer db, Tx tx, long back) {
    return db.orders.all(tx).stream()
        .filter(o -> o.status() == Status.PENDING)
        .filter(o -> !o.paymentDueAt().isAfter(db.clock()))
        .filter(o -> !o.paymentDueAt().isBefore(db.clock().minusMillis(back)));
  }

  private static boolean isAside(PostgresServer db, Tx tx, Order order) {
    Aside aside = db.aside.get(tx, "order expiry order:" + order.id());
    return aside != null && aside.nextAttemptAt().isAfter(db.instant());
  }

  static Order with(Order o, Status status) {
    return new Order(
        o.id(),
        o.userId(),
        status,
        o.lines(),
        o.subtotal(),
        o.discount(),
        o.total(),
        o.issuedCouponId(),
        o.paymentId(),
        o.fingerprint(),
        o.createdAt(),
        o.paymentDueAt(),
        o.refunds());
  }

  private static void points() {
    on(
        "PointSql.LOCK",
        "user_id balance",
        (db, tx, a) -> known(db.balances, tx, (String[]) a[0], naturalOrder()),
        (db, tx, a, locked) ->
            rows(
                locked.stream()
                    .map(key -> new Object[] {key.what(), row(db.balances, tx, key.what())})));
    on(
        "PointSql.HELD",
        "user_id",
        Locks.NONE,
        (db, tx, a, locked) -> held(db.balances, tx, (String[]) a[0]));
    on(
        "PointSql.OPEN",
        "",
        (db, tx, a) -> Stream.of((String[]) a[0]).sorted().map(db.balances::key).toList(),
        (db, tx, a, locked) -> {
          List<Key> fresh =
              locked.stream().filter(key -> db.balances.get(tx, key.what()) == null).toList();
          fresh.forEach(key -> db.balances.put(tx, key.what(), 0L));
          // Whoever finds the row there does nothing, and locks nothing.
          locked.stream().filter(key -> !fresh.contains(key)).forEach(tx::letGo);
          return changed(fresh.size());
        });
    on(
        "PointSql.EXISTING",
        "id user_id type amount balance_after order_id created_at",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                found(db.entries, tx, (UUID[]) a[0])
                    .map(
                        e ->
                            new Object[] {
                              e.id(),
                              e.userId(),
                              e.type().name(),
                              e.amount(),
                              e.balanceAfter(),
                              e.orderId(),
                              e.createdAt()
                            })));
    on(
        "PointSql.WRITE",
        "",
        (db, tx, a) -> Stream.of((UUID[]) a[0]).map(db.entries::key).toList(),
        ShopSql::writeEntries);
  }

  private static Answer writeEntries(PostgresServer db, Tx tx, Object[] a, List<Key> locked) {
    Set<String> users = new HashSet<>();
    for (int i = 0; i < ((UUID[]) a[0]).length; i++) {
      PointEntry entry =
          new PointEntry(
              ((UUID[]) a[0])[i],
              ((String[]) a[1])[i],
              PointEntry.Type.valueOf(((String[]) a[2])[i]),
              ((Long[]) a[3])[i],
              ((Long[]) a[4])[i],
              ((UUID[]) a[5])[i],
              ((Instant[]) a[6])[i]);
      boolean use = entry.type() == PointEntry.Type.USE;
      db.check(use ? entry.amount() < 0 : entry.amount() > 0, "point_entries_sign");
      boolean fits = entry.balanceAfter() >= 0;
      db.check(fits, "point_entries_balance_after");
      db.entries.insert(tx, entry.id(), entry, "point_entries_pkey");
      if (db.balances.get(tx, entry.userId()) != null) {
        db.balances.put(tx, entry.userId(), entry.balanceAfter());
        users.add(entry.userId());
      }
    }
    return changed(users.size());
  }

  private static void payments() {
    on(
        "PaymentSql.EXISTING",
        "now id order_id user_id amount balance_after paid_at",
        Locks.NONE,
        (db, tx, a, locked) ->
            dated(
                db,
                6,
                found(db.payments, tx, (UUID[]) a[0])
                    .map(
                        p ->
                            new Object[] {
                              db.clock(),
                              p.id(),
                              p.orderId(),
                              p.userId(),
                              p.amount(),
                              p.balanceAfter(),
                              p.paidAt()
                            })));
    on(
        "PaymentSql.WRITE",
        "",
        (db, tx, a) ->
            Stream.concat(
                    Stream.of((UUID[]) a[0]).map(db.payments::key),
                    Stream.of((UUID[]) a[1]).map(order -> new Key("payments_one_per_order", order)))
                .toList(),
        (db, tx, a, locked) -> {
          for (int i = 0; i < ((UUID[]) a[0]).length; i++) {
            UUID order = ((UUID[]) a[1])[i];
            boolean paid = db.payments.all(tx).stream().anyMatch(p -> p.orderId().equals(order));
            if (paid && db.variant.enforces("payments_one_per_order")) {
              throw Failures.unique("payments_one_per_order");
            }
            Payment payment =
                new Payment(
                    ((UUID[]) a[0])[i],
                    order,
                    ((String[]) a[2])[i],
                    ((Long[]) a[3])[i],
                    ((Long[]) a[4])[i],
                    ((Instant[]) a[5])[i]);
            db.payments.insert(tx, payment.id(), payment, "payments_pkey");
          }
          return changed(((UUID[]) a[0]).length);
        });
  }

  private static void outbox() {
    on(
        "Outbox.WRITE",
        "",
        (db, tx, a) -> Stream.of((UUID[]) a[0]).map(db.outbox::key).toList(),
        (db, tx, a, locked) -> {
          for (int i = 0; i < ((UUID[]) a[0]).length; i++) {
            Instant at = ((Instant[]) a[4])[i];
            OutboxEvent event =
                new OutboxEvent(
                    ((UUID[]) a[0])[i],
                    OutboxEvent.Consumer.valueOf(((String[]) a[1])[i]),
                    ((String[]) a[2])[i],
                    ((UUID[]) a[3])[i],
                    at);
            db.outbox.insert(tx, event.id(), new Event(event, db.instant(), 0), "outbox_pkey");
          }
          return changed(((UUID[]) a[0]).length);
        });
    on(
        "OutboxSql.TAKE",
        "id consumer type subject created_at",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                db.outbox.all(tx).stream()
                    .filter(e -> e.event().consumer().name().equals(a[0]))
                    .filter(e -> !e.nextAttemptAt().isAfter(db.instant()))
                    .filter(e -> !e.nextAttemptAt().isBefore(db.instant().minusMillis((Long) a[2])))
                    .sorted(
                        comparing(Event::nextAttemptAt)
                            .thenComparing(e -> e.event().id(), AS_POSTGRES))
                    .filter(e -> tx.tryLock(db.outbox.key(e.event().id())))
                    .limit((Integer) a[1])
                    .map(ShopSql::event)));
    on(
        "OutboxSql.TAKE_THESE",
        "id consumer type subject created_at",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                found(db.outbox, tx, (UUID[]) a[0])
                    .filter(e -> tx.tryLock(db.outbox.key(e.event().id())))
                    .map(ShopSql::event)));
    on(
        "OutboxSql.FINISH",
        "",
        (db, tx, a) -> known(db.outbox, tx, (UUID[]) a[0], (x, y) -> 0),
        (db, tx, a, locked) -> {
          List<Key> there =
              locked.stream().filter(key -> db.outbox.get(tx, key.what()) != null).toList();
          there.forEach(key -> db.outbox.put(tx, key.what(), null));
          return changed(there.size());
        });
    on(
        "OutboxSql.PUT_OFF",
        "",
        (db, tx, a) -> known(db.outbox, tx, new UUID[] {(UUID) a[0]}, AS_POSTGRES),
        (db, tx, a, locked) -> {
          Event event = db.outbox.get(tx, a[0]);
          if (event == null) {
            return changed(0);
          }
          long seconds = Math.min(600, 1L << Math.min(event.attempts() + 1, 20));
          Instant next = db.instant().plus(Duration.ofSeconds(seconds));
          db.outbox.put(tx, a[0], new Event(event.event(), next, event.attempts() + 1));
          return changed(1);
        });
  }

  private static void setAside() {
    on(
        "BatchRunner.LOCK_TIMEOUT",
        "set_config",
        Locks.NONE,
        (db, tx, a, locked) -> {
          tx.lockTimeout = 1000 * Long.parseLong(((String) a[0]).replace("ms", ""));
          return rows(Stream.<Object[]>of(a));
        });
    on(
        "SetAside.PUT",
        "",
        (db, tx, a) -> List.of(db.aside.key(a[0] + " " + a[1])),
        (db, tx, a, locked) -> {
          Aside known = db.aside.get(tx, locked.get(0).what());
          int attempts = known == null ? 1 : known.attempts() + 1;
          long seconds = Math.min(600, 1L << Math.min(attempts, 20));
          Instant next = db.instant().plus(Duration.ofSeconds(seconds));
          db.aside.put(tx, locked.get(0).what(), new Aside((String) a[0], attempts, next));
          return changed(1);
        });
    on(
        "SetAside.DONE",
        "",
        (db, tx, a) -> known(db.aside, tx, asideKeys(a), (x, y) -> 0),
        (db, tx, a, locked) -> {
          locked.forEach(key -> db.aside.put(tx, key.what(), null));
          return changed(locked.size());
        });
    on(
        "SetAside.COUNT",
        "job count",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                db.aside.rows().values().stream()
                    .collect(Collectors.groupingBy(Aside::job, TreeMap::new, Collectors.counting()))
                    .entrySet()
                    .stream()
                    .map(each -> new Object[] {each.getKey(), each.getValue()})));
    on(
        "SetAside.FORGET",
        "",
        (db, tx, a) -> {
          Instant longAgo = db.instant().minus(Duration.ofHours(1));
          Object[] keys =
              db.aside.rows().entrySet().stream()
                  .filter(each -> each.getValue().nextAttemptAt().isBefore(longAgo))
                  .map(Map.Entry::getKey)
                  .toArray();
          return known(db.aside, tx, keys, (x, y) -> 0);
        },
        (db, tx, a, locked) -> {
          locked.forEach(key -> db.aside.put(tx, key.what(), null));
          return changed(locked.size());
        });
  }

  private static String[] asideKeys(Object[] a) {
    return Stream.of((String[]) a[1]).map(subject -> a[0] + " " + subject).toArray(String[]::new);
  }

  private static void carts() {
    on(
        "CartSql.ORDERS_FROM_CARTS",
        "id",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                IntStream.range(0, ((UUID[]) a[0]).length)
                    .filter(i -> db.wants(((String[]) a[1])[i], ((Long[]) a[2])[i]))
                    .mapToObj(i -> ((UUID[]) a[0])[i])
                    .distinct()
                    .map(id -> new Object[] {id})));
  }

  private static Object[] event(Event e) {
    OutboxEvent event = e.event();
    return new Object[] {
      event.id(), event.consumer().name(), event.type(), event.subject(), event.createdAt()
    };
  }
}
