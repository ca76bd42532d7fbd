package dev.firstcome.shop.order;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
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
    long refunded,
    @Nullable UUID issuedCouponId,
    @Nullable UUID paymentId,
    Instant createdAt,
    Instant paymentDueAt,
    List<Back> refunds) {

  /** One product of it. */
  public record Line(
      long productId, String name, long unitPrice, long quantity, long amount, long discount) {

    static Line of(OrderLine line) {
      return new Line(
          line.productId(),
          line.name(),
          line.unitPrice(),
          line.quantity(),
          line.amount(),
          line.discount());
    }
  }

  /** A refund, as the order's user sees it. */
  public record Back(UUID id, long amount, List<Refund.Item> items, Instant createdAt) {

    static Back of(Refund refund) {
      return new Back(refund.id(), refund.amount(), refund.items(), refund.createdAt());
    }
  }

  public static OrderBody of(Order order) {
    return new OrderBody(
        order.id(),
        order.status(),
        order.lines().stream().map(Line::of).toList(),
        order.subtotal(),
        order.discount(),
        order.total(),
        order.refunded(),
        order.issuedCouponId(),
        order.paymentId(),
        order.createdAt(),
        order.paymentDueAt(),
        order.refunds().stream().map(Back::of).toList());
  }

  /** The same as administrators see it: with whose it is. */
  public record OfUser(String userId, @JsonUnwrapped OrderBody order) {

    public static OfUser of(Order order) {
      return new OfUser(order.userId(), OrderBody.of(order));
    }
  }
}
