package dev.firstcome.order;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An order as it is answered. */
public record OrderBody(
    UUID id,
    Order.Status status,
    List<Line> items,
    long subtotal,
    long discount,
    long total,
    @Nullable UUID issuedCouponId,
    @Nullable UUID paymentId,
    Instant createdAt,
    Instant paymentDueAt) {

  /** One product of it. */
  public record Line(long productId, String name, long unitPrice, long quantity, long amount) {

    static Line of(OrderLine line) {
      return new Line(
          line.productId(), line.name(), line.unitPrice(), line.quantity(), line.amount());
    }
  }

  public static OrderBody of(Order order, Instant now) {
    return new OrderBody(
        order.id(),
        order.statusAt(now),
        order.lines().stream().map(Line::of).toList(),
        order.subtotal(),
        order.discount(),
        order.total(),
        order.issuedCouponId(),
        order.paymentId(),
        order.createdAt(),
        order.paymentDueAt());
  }
}
