package dev.firstcome.order;

import static dev.firstcome.database.Columns.uuids;

import dev.firstcome.database.Session;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of orders. Rows are locked in the order of their ids. */
@Component
class OrderRepository {

  private static final String LOCK =
      "SELECT * FROM orders WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";

  private static final String MARK_PAID =
      """
      UPDATE orders SET status = 'PAID', payment_id = paid.payment_id
      FROM unnest($1::uuid[], $2::uuid[]) AS paid (id, payment_id)
      WHERE orders.id = paid.id AND orders.status = 'PENDING'
      """;

  /** Locks the orders and reads them without their lines; by id. */
  Mono<Map<UUID, Order>> lock(Session session, List<UUID> ids) {
    UUID[] distinct = ids.stream().distinct().toArray(UUID[]::new);
    return session
        .list(LOCK, row -> order(row, List.of()), (Object) distinct)
        .map(rows -> rows.stream().collect(Collectors.toMap(Order::id, o -> o)));
  }

  /** How many orders went from pending to paid. */
  Mono<Long> markPaid(Session session, List<Order> paid) {
    return session.update(MARK_PAID, uuids(paid, Order::id), uuids(paid, Order::paymentId));
  }

  static Order order(Readable row, List<OrderLine> lines) {
    return new Order(
        row.get("id", UUID.class),
        row.get("user_id", String.class),
        Order.Status.valueOf(row.get("status", String.class)),
        lines,
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
