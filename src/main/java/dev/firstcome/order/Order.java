package dev.firstcome.order;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A user's order.
 *
 * @param id derived from (user, Idempotency-Key)
 * @param lines sorted by product id; empty where only the order itself was read
 * @param subtotal in won, before the discount
 * @param total in won: what is to be paid
 * @param fingerprint of the request, to tell a repetition from another request under its key
 * @param paymentDueAt the first instant at which it can no longer be paid
 */
public record Order(
    UUID id,
    String userId,
    Status status,
    List<OrderLine> lines,
    long subtotal,
    long discount,
    long total,
    @Nullable UUID issuedCouponId,
    @Nullable UUID paymentId,
    UUID fingerprint,
    Instant createdAt,
    Instant paymentDueAt) {

  /** {@code PENDING → PAID | CANCELLED | EXPIRED}, {@code PAID → REFUNDED}. */
  public enum Status {
    PENDING,
    PAID,
    CANCELLED,
    EXPIRED,
    REFUNDED
  }

  /**
   * The status as of now: an order whose time is over is expired, whether or not the sweep has come
   * by already.
   */
  public Status statusAt(Instant now) {
    boolean over = status == Status.PENDING && !now.isBefore(paymentDueAt);
    return over ? Status.EXPIRED : status;
  }

  public Order paidBy(UUID payment) {
    return new Order(
        id,
        userId,
        Status.PAID,
        lines,
        subtotal,
        discount,
        total,
        issuedCouponId,
        payment,
        fingerprint,
        createdAt,
        paymentDueAt);
  }

  Order withLines(List<OrderLine> read) {
    return new Order(
        id,
        userId,
        status,
        read,
        subtotal,
        discount,
        total,
        issuedCouponId,
        paymentId,
        fingerprint,
        createdAt,
        paymentDueAt);
  }
}
