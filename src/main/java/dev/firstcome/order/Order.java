package dev.firstcome.order;

import dev.firstcome.coupon.CouponUse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
    return with(Status.PAID, lines, payment);
  }

  /** What its user makes of it by cancelling: a paid order is refunded, an unpaid one cancelled. */
  public Order cancelled() {
    return with(status == Status.PAID ? Status.REFUNDED : Status.CANCELLED, lines, paymentId);
  }

  /** Its use of a coupon, if it used one. */
  Optional<CouponUse> couponUse() {
    return Optional.ofNullable(issuedCouponId)
        .map(coupon -> new CouponUse(coupon, userId, id, createdAt));
  }

  Order expired() {
    return with(Status.EXPIRED, lines, paymentId);
  }

  Order withLines(List<OrderLine> read) {
    return with(status, read, paymentId);
  }

  private Order with(Status newStatus, List<OrderLine> newLines, @Nullable UUID newPaymentId) {
    return new Order(
        id,
        userId,
        newStatus,
        newLines,
        subtotal,
        discount,
        total,
        issuedCouponId,
        newPaymentId,
        fingerprint,
        createdAt,
        paymentDueAt);
  }
}
