package dev.firstcome.shop.order;

import static dev.firstcome.infra.postgres.Columns.instants;
import static dev.firstcome.infra.postgres.Columns.longs;
import static dev.firstcome.infra.postgres.Columns.texts;
import static dev.firstcome.infra.postgres.Columns.uuids;

import dev.firstcome.http.dispatch.TimePosition;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.HeldRows;
import dev.firstcome.infra.postgres.Reads;
import dev.firstcome.infra.postgres.Session;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of orders. Rows are locked in the order of their ids. */
@Component
class OrderSql {

  // By name: a plan that was prepared for all columns fails when a migration adds one.
  private static final String SELECT =
      """
      SELECT id, user_id, status, subtotal, discount, total, issued_coupon_id, payment_id,
        fingerprint, created_at, payment_due_at
      FROM orders
      """;

  // A user locks only what is the user's own: the first condition finds the rows, the second is
  // exact.
  private static final String LOCK =
      SELECT
          + """
      WHERE id = ANY($1) AND (id, user_id) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))
      ORDER BY id FOR NO KEY UPDATE
      """;

  private static final String HELD = HeldRows.sql("orders", "id");

  private static final String BY_ID =
      """
      SELECT clock_timestamp() AS now, id, user_id, status, subtotal, discount, total,
        issued_coupon_id, payment_id, fingerprint, created_at, payment_due_at
      FROM (SELECT) AS always LEFT JOIN orders ON id = ANY($1)
      """;

  private static final String WHICH_EXIST = "SELECT id FROM orders WHERE id = ANY($1)";

  private static final String LINES =
      """
      SELECT order_id, product_id, name, unit_price, quantity, drop_id, discount, refunded
      FROM order_items WHERE order_id = ANY($1) ORDER BY order_id, product_id
      """;

  private static final String OWNER = "SELECT user_id FROM orders WHERE id = $1";

  private static final String OF_ANYBODY = SELECT + "WHERE id = ANY($1)";

  private static final String OF_USER = SELECT + "WHERE id = $1 AND user_id = $2";

  // By the user's index alone (decision 0019).
  private static final String OF_USER_BEFORE =
      SELECT
          + """
      WHERE user_id = $1 AND (created_at, id) < ($2, $3) AND status || '' = ANY($4)
      ORDER BY created_at DESC, id DESC LIMIT $5
      """;

  private static final String PLACE =
      """
      WITH items AS (
        INSERT INTO order_items (order_id, product_id, name, unit_price, quantity, drop_id, discount,
                                 ordered_at)
        SELECT * FROM unnest($9::uuid[], $10::bigint[], $11::text[], $12::bigint[], $13::bigint[],
                             $14::bigint[], $15::bigint[], $16::timestamptz[]))
      INSERT INTO orders (id, user_id, status, subtotal, discount, total, issued_coupon_id,
                          fingerprint, created_at, payment_due_at)
      SELECT id, user_id, 'PENDING', subtotal, discount, subtotal - discount, issued_coupon_id,
             fingerprint, created_at, payment_due_at
      FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::uuid[], $6::uuid[],
                  $7::timestamptz[], $8::timestamptz[])
        AS placed (id, user_id, subtotal, discount, issued_coupon_id, fingerprint, created_at,
                   payment_due_at)
      """;

  // The state is put so that no index speaks of it. With orders_awaiting_payment, which looks empty
  // to statistics from a quiet hour, a batch would read every order that waits (decision 0019).
  private static final String MARK_PAID =
      """
      UPDATE orders SET status = 'PAID', payment_id = paid.payment_id
      FROM unnest($1::uuid[], $2::uuid[]) AS paid (id, payment_id)
      WHERE orders.id = paid.id AND orders.status || '' = 'PENDING'
      """;

  // Whatever another instance is expiring at this moment, or is being paid or cancelled, is
  // skipped, and so is what could not be expired a moment ago.
  private static final String LOCK_DUE =
      SELECT
          + """
      WHERE status = 'PENDING' AND payment_due_at <= statement_timestamp()
        AND payment_due_at >= statement_timestamp() - interval '1 ms' * $2 AND NOT EXISTS (
        SELECT FROM set_aside s
        WHERE s.job = 'order expiry' AND s.subject = 'order:' || orders.id
          AND s.next_attempt_at > now())
      ORDER BY payment_due_at, id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
      """;

  // Without locks: it sees what is locked, too.
  private static final String OLDEST_DUE =
      """
      SELECT (extract(epoch FROM statement_timestamp() - payment_due_at) * 1000)::bigint AS late
      FROM orders
      WHERE status = 'PENDING' AND payment_due_at <= statement_timestamp()
        AND payment_due_at >= statement_timestamp() - interval '1 ms' * $1
      ORDER BY payment_due_at LIMIT 1
      """;

  // By the key: the state is put so that no index speaks of it (decision 0019).
  private static final String LOCK_THESE_DUE =
      SELECT
          + """
      WHERE id = ANY($1) AND status || '' = 'PENDING' AND payment_due_at <= statement_timestamp()
      ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
      """;

  private static final String CLOSE =
      """
      UPDATE orders SET status = closed.status
      FROM unnest($1::uuid[], $2::text[]) AS closed (id, status)
      WHERE orders.id = closed.id AND orders.status || '' = 'PENDING'
      """;

  private static final String PRODUCTS_OF =
      "SELECT DISTINCT product_id FROM order_items WHERE order_id = ANY($1)";

  private final Database database;
  private final RefundSql refunds;

  OrderSql(Database database, RefundSql refunds) {
    this.database = database;
    this.refunds = refunds;
  }

  /**
   * @param split whether the line's part of the discount was written with it
   */
  private record Item(UUID orderId, OrderLine line, boolean split) {}

  private record Placed(Order order, OrderLine line) {}

  /** Locks orders, each of which must be its user's, and reads them without their lines; by id. */
  Mono<Map<UUID, Order>> lock(Session session, List<UUID> ids, List<String> users) {
    return session
        .list(LOCK, OrderSql::order, ids.toArray(UUID[]::new), users.toArray(String[]::new))
        .map(OrderSql::byId);
  }

  /** Locks orders, each of which must be its user's, and reads them with their lines; by id. */
  Mono<Map<UUID, Order>> lockWithLines(Session session, List<UUID> ids, List<String> users) {
    return lock(session, ids, users)
        .flatMap(orders -> withLines(session, orders.values()))
        .map(OrderSql::byId);
  }

  /**
   * Locks orders whose time to be paid is over, longest first, and reads them with their lines.
   *
   * @param back since when it is over at the most
   */
  Mono<List<Order>> lockDue(Session session, int limit, Duration back) {
    return session
        .list(LOCK_DUE, OrderSql::order, limit, back.toMillis())
        .flatMap(orders -> withLines(session, orders));
  }

  /**
   * For how long the time to be paid of an unpaid order has been over, whoever has locked it; of
   * the oldest, and empty if there is none.
   *
   * @param back since when it is over at the most
   */
  Mono<Duration> oldestDue(Duration back) {
    return database
        .list(OLDEST_DUE, row -> Duration.ofMillis(row.get(0, Long.class)), back.toMillis())
        .flatMap(found -> Mono.justOrEmpty(found.stream().findFirst()));
  }

  /** Locks those of them that are still due and that nobody else has; with their lines. */
  Mono<List<Order>> lockTheseDue(Session session, List<Order> orders) {
    return session
        .list(LOCK_THESE_DUE, OrderSql::order, (Object) uuids(orders, Order::id))
        .flatMap(locked -> withLines(session, locked));
  }

  /** How many unpaid orders went to their last status. */
  Mono<Long> close(Session session, List<Order> closed) {
    return session.update(CLOSE, uuids(closed, Order::id), texts(closed, o -> o.status().name()));
  }

  /** The products in any of the orders. */
  Mono<List<Long>> productsOf(Session session, Collection<UUID> orders) {
    return session.list(
        PRODUCTS_OF, row -> row.get(0, Long.class), (Object) orders.toArray(UUID[]::new));
  }

  /** Those of the orders that exist, with their lines, and PostgreSQL's clock. */
  Mono<Session.Dated<Order>> existing(Session session, Collection<UUID> ids) {
    return session
        .dated(BY_ID, OrderSql::order, (Object) ids.toArray(UUID[]::new))
        .flatMap(
            found ->
                withLines(session, found.rows())
                    .map(orders -> new Session.Dated<>(found.at(), orders)));
  }

  /** Orders that were read without their lines. */
  Mono<List<Order>> withLines(Reads reads, Collection<Order> orders) {
    return orders.isEmpty()
        ? Mono.just(List.of())
        : reads
            .list(LINES, OrderSql::item, (Object) uuids(orders, Order::id))
            .map(items -> withLines(orders, items))
            .flatMap(whole -> withRefunds(reads, whole));
  }

  /** Nearly no order has any: those that do show it by their lines. */
  private Mono<List<Order>> withRefunds(Reads reads, List<Order> orders) {
    List<UUID> some =
        orders.stream()
            .filter(order -> order.lines().stream().anyMatch(line -> line.refunded() > 0))
            .map(Order::id)
            .toList();
    return some.isEmpty()
        ? Mono.just(orders)
        : refunds.ofOrders(reads, some).map(found -> withRefunds(orders, found));
  }

  private static List<Order> withRefunds(List<Order> orders, List<Refund> found) {
    Map<UUID, List<Refund>> byOrder =
        found.stream().collect(Collectors.groupingBy(Refund::orderId));
    return orders.stream()
        .map(order -> order.withRefunds(byOrder.getOrDefault(order.id(), List.of())))
        .toList();
  }

  /** Which of the orders exist. */
  Mono<Set<UUID>> whichExist(Collection<UUID> ids) {
    return database
        .list(WHICH_EXIST, row -> row.get(0, UUID.class), (Object) ids.toArray(UUID[]::new))
        .map(Set::copyOf);
  }

  /** Those of the orders that somebody else has locked at this moment. */
  Mono<Set<UUID>> held(Collection<UUID> ids) {
    return database
        .list(HELD, row -> row.get(0, UUID.class), (Object) ids.toArray(UUID[]::new))
        .map(Set::copyOf);
  }

  /** The products of each of the orders. */
  Mono<Map<UUID, Set<Long>>> products(Collection<UUID> ids) {
    return database
        .list(LINES, OrderSql::item, (Object) ids.toArray(UUID[]::new))
        .map(
            items ->
                items.stream()
                    .collect(
                        Collectors.groupingBy(
                            Item::orderId,
                            Collectors.mapping(
                                item -> item.line.productId(), Collectors.toSet()))));
  }

  /** Whose order it is. */
  Mono<String> owner(Reads reads, UUID id) {
    return reads
        .list(OWNER, row -> row.get(0, String.class), id)
        .flatMap(rows -> Mono.justOrEmpty(rows.stream().findFirst()));
  }

  /** The order, if it is this user's. */
  Mono<Order> find(UUID id, String userId) {
    return database
        .list(OF_USER, OrderSql::order, id, userId)
        .flatMap(orders -> withLines(database, orders))
        .flatMap(orders -> Mono.justOrEmpty(orders.stream().findFirst()));
  }

  /** Those of the orders that exist, with their lines. */
  Mono<List<Order>> all(Collection<UUID> ids) {
    return database
        .list(OF_ANYBODY, OrderSql::order, (Object) ids.toArray(UUID[]::new))
        .flatMap(orders -> withLines(database, orders));
  }

  /** A user's orders, newest first, from just below a position on. */
  Mono<List<Order>> ofUserBefore(
      String userId, List<Order.Status> statuses, TimePosition before, int limit) {
    return database
        .list(
            OF_USER_BEFORE,
            OrderSql::order,
            userId,
            before.at(),
            before.id(),
            texts(statuses, Enum::name),
            limit)
        .flatMap(orders -> withLines(database, orders));
  }

  Mono<Void> place(Session session, List<Order> orders) {
    List<Placed> items =
        orders.stream()
            .flatMap(order -> order.lines().stream().map(line -> new Placed(order, line)))
            .toList();
    return session
        .update(
            PLACE,
            uuids(orders, Order::id),
            texts(orders, Order::userId),
            longs(orders, Order::subtotal),
            longs(orders, Order::discount),
            uuids(orders, Order::issuedCouponId),
            uuids(orders, Order::fingerprint),
            instants(orders, Order::createdAt),
            instants(orders, Order::paymentDueAt),
            uuids(items, item -> item.order.id()),
            longs(items, item -> item.line.productId()),
            texts(items, item -> item.line.name()),
            longs(items, item -> item.line.unitPrice()),
            longs(items, item -> item.line.quantity()),
            longs(items, item -> item.line.dropId()),
            longs(items, item -> item.line.discount()),
            instants(items, item -> item.order.createdAt()))
        .then();
  }

  /** How many orders went from pending to paid. */
  Mono<Long> markPaid(Session session, List<Order> paid) {
    return session.update(MARK_PAID, uuids(paid, Order::id), uuids(paid, Order::paymentId));
  }

  private static List<Order> withLines(Collection<Order> orders, List<Item> items) {
    Map<UUID, List<Item>> lines = new HashMap<>();
    for (Item item : items) {
      lines.computeIfAbsent(item.orderId, id -> new ArrayList<>()).add(item);
    }
    return orders.stream()
        .map(order -> order.withLines(lines(order, lines.getOrDefault(order.id(), List.of()))))
        .toList();
  }

  /** An instance of the last release does not split the discount. */
  private static List<OrderLine> lines(Order order, List<Item> items) {
    List<OrderLine> lines = items.stream().map(Item::line).toList();
    return items.stream().allMatch(Item::split) ? lines : OrderLine.split(lines, order.discount());
  }

  static Map<UUID, Order> byId(List<Order> orders) {
    return orders.stream().collect(Collectors.toMap(Order::id, order -> order));
  }

  private static Item item(Readable row) {
    @Nullable Long discount = row.get(6, Long.class);
    return new Item(
        row.get(0, UUID.class),
        new OrderLine(
            row.get(1, Long.class),
            row.get(2, String.class),
            row.get(3, Long.class),
            row.get(4, Long.class),
            row.get(5, Long.class),
            discount == null ? 0 : discount,
            row.get(7, Long.class)),
        discount != null);
  }

  private static Order order(Readable row) {
    return new Order(
        row.get("id", UUID.class),
        row.get("user_id", String.class),
        Order.Status.valueOf(row.get("status", String.class)),
        List.of(),
        row.get("subtotal", Long.class),
        row.get("discount", Long.class),
        row.get("total", Long.class),
        row.get("issued_coupon_id", UUID.class),
        row.get("payment_id", UUID.class),
        row.get("fingerprint", UUID.class),
        row.get("created_at", Instant.class),
        row.get("payment_due_at", Instant.class),
        List.of());
  }
}
