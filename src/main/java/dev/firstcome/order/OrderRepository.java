package dev.firstcome.order;

import static dev.firstcome.database.Columns.instants;
import static dev.firstcome.database.Columns.longs;
import static dev.firstcome.database.Columns.texts;
import static dev.firstcome.database.Columns.uuids;

import dev.firstcome.database.Database;
import dev.firstcome.database.Session;
import dev.firstcome.web.TimePosition;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of orders. Rows are locked in the order of their ids. */
@Component
class OrderRepository {

  // By name: a plan that was prepared for all columns fails when a migration adds one.
  private static final String SELECT =
      """
      SELECT id, user_id, status, subtotal, discount, total, issued_coupon_id, payment_id,
        fingerprint, created_at, payment_due_at
      FROM orders
      """;

  // Nobody locks what is not his: the first condition finds the rows, the second is exact.
  private static final String LOCK =
      SELECT
          + """
      WHERE id = ANY($1) AND (id, user_id) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))
      ORDER BY id FOR NO KEY UPDATE
      """;

  private static final String BY_ID = SELECT + "WHERE id = ANY($1)";

  private static final String WHICH_EXIST = "SELECT id FROM orders WHERE id = ANY($1)";

  private static final String LINES =
      """
      SELECT order_id, product_id, name, unit_price, quantity
      FROM order_items WHERE order_id = ANY($1) ORDER BY order_id, product_id
      """;

  private static final String OF_USER = SELECT + "WHERE id = $1 AND user_id = $2";

  private static final String OF_USER_BEFORE =
      SELECT
          + """
      WHERE user_id = $1 AND (created_at, id) < ($2, $3)
      ORDER BY created_at DESC, id DESC LIMIT $4
      """;

  private static final String PLACE =
      """
      WITH items AS (
        INSERT INTO order_items (order_id, product_id, name, unit_price, quantity)
        SELECT * FROM unnest($9::uuid[], $10::bigint[], $11::text[], $12::bigint[], $13::bigint[]))
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
  // skipped.
  private static final String LOCK_DUE =
      SELECT
          + """
      WHERE status = 'PENDING' AND payment_due_at <= $1
      ORDER BY payment_due_at, id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
      """;

  private static final String CLOSE =
      """
      UPDATE orders SET status = closed.status
      FROM unnest($1::uuid[], $2::text[]) AS closed (id, status)
      WHERE orders.id = closed.id
        AND orders.status = CASE closed.status WHEN 'REFUNDED' THEN 'PAID' ELSE 'PENDING' END
      """;

  private static final String PRODUCTS_OF =
      "SELECT DISTINCT product_id FROM order_items WHERE order_id = ANY($1)";

  private final Database database;

  OrderRepository(Database database) {
    this.database = database;
  }

  private record Item(UUID orderId, OrderLine line) {}

  /** Locks orders, each of which must be its user's, and reads them without their lines; by id. */
  Mono<Map<UUID, Order>> lock(Session session, List<UUID> ids, List<String> users) {
    return session
        .list(LOCK, OrderRepository::order, ids.toArray(UUID[]::new), users.toArray(String[]::new))
        .map(OrderRepository::byId);
  }

  /** Locks orders, each of which must be its user's, and reads them with their lines; by id. */
  Mono<Map<UUID, Order>> lockWithLines(Session session, List<UUID> ids, List<String> users) {
    return lock(session, ids, users)
        .flatMap(orders -> withLines(List.copyOf(orders.values()), lines(session, orders.values())))
        .map(OrderRepository::byId);
  }

  /** Locks orders whose time to be paid is over, longest first, and reads them with their lines. */
  Mono<List<Order>> lockDue(Session session, Instant now, int limit) {
    return session
        .list(LOCK_DUE, OrderRepository::order, now, limit)
        .flatMap(orders -> withLines(orders, lines(session, orders)));
  }

  /** How many orders went to their last status from the one before it. */
  Mono<Long> close(Session session, List<Order> closed) {
    return session.update(CLOSE, uuids(closed, Order::id), texts(closed, o -> o.status().name()));
  }

  /** The products in any of the orders. */
  Mono<List<Long>> productsOf(Session session, Collection<UUID> orders) {
    return session.list(
        PRODUCTS_OF, row -> row.get(0, Long.class), (Object) orders.toArray(UUID[]::new));
  }

  /** Those of the orders that exist, with their lines; by id. */
  Mono<Map<UUID, Order>> existing(Session session, Collection<UUID> ids) {
    return session
        .list(BY_ID, OrderRepository::order, (Object) ids.toArray(UUID[]::new))
        .flatMap(orders -> withLines(orders, lines(session, orders)))
        .map(OrderRepository::byId);
  }

  /** Which of the orders exist. */
  Mono<Set<UUID>> whichExist(Collection<UUID> ids) {
    return database
        .list(WHICH_EXIST, row -> row.get(0, UUID.class), (Object) ids.toArray(UUID[]::new))
        .map(Set::copyOf);
  }

  /** The order, if it is this user's. */
  Mono<Order> find(UUID id, String userId) {
    return database
        .list(OF_USER, OrderRepository::order, id, userId)
        .flatMap(
            orders ->
                withLines(
                    orders,
                    database.list(LINES, OrderRepository::item, (Object) uuids(orders, Order::id))))
        .flatMap(orders -> Mono.justOrEmpty(orders.stream().findFirst()));
  }

  /** A user's orders, newest first, from just below a position on. */
  Mono<List<Order>> ofUserBefore(String userId, TimePosition before, int limit) {
    return database
        .list(OF_USER_BEFORE, OrderRepository::order, userId, before.at(), before.id(), limit)
        .flatMap(
            orders ->
                withLines(
                    orders,
                    database.list(
                        LINES, OrderRepository::item, (Object) uuids(orders, Order::id))));
  }

  Mono<Void> place(Session session, List<Order> orders) {
    List<Item> items =
        orders.stream()
            .flatMap(order -> order.lines().stream().map(line -> new Item(order.id(), line)))
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
            uuids(items, Item::orderId),
            longs(items, item -> item.line.productId()),
            texts(items, item -> item.line.name()),
            longs(items, item -> item.line.unitPrice()),
            longs(items, item -> item.line.quantity()))
        .then();
  }

  /** How many orders went from pending to paid. */
  Mono<Long> markPaid(Session session, List<Order> paid) {
    return session.update(MARK_PAID, uuids(paid, Order::id), uuids(paid, Order::paymentId));
  }

  /** The orders with their lines, which are not asked for when there are no orders. */
  private static Mono<List<Order>> withLines(List<Order> orders, Mono<List<Item>> items) {
    return orders.isEmpty() ? Mono.just(orders) : items.map(found -> withLines(orders, found));
  }

  private static Mono<List<Item>> lines(Session session, Collection<Order> orders) {
    return session.list(LINES, OrderRepository::item, (Object) uuids(orders, Order::id));
  }

  private static List<Order> withLines(List<Order> orders, List<Item> items) {
    Map<UUID, List<OrderLine>> lines = new HashMap<>();
    for (Item item : items) {
      lines.computeIfAbsent(item.orderId, id -> new ArrayList<>()).add(item.line);
    }
    return orders.stream().map(o -> o.withLines(lines.getOrDefault(o.id(), List.of()))).toList();
  }

  private static Map<UUID, Order> byId(List<Order> orders) {
    return orders.stream().collect(Collectors.toMap(Order::id, order -> order));
  }

  private static Item item(Readable row) {
    return new Item(
        row.get(0, UUID.class),
        new OrderLine(
            row.get(1, Long.class),
            row.get(2, String.class),
            row.get(3, Long.class),
            row.get(4, Long.class)));
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
        row.get("payment_due_at", Instant.class));
  }
}
