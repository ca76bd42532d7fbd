package dev.firstcome.shop.point;

import dev.firstcome.refusal.RequestName;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One line of a user's ledger; it never changes.
 *
 * @param id derived from what makes it happen, so that it happens once
 * @param amount in points, signed: what it adds to the balance
 * @param balanceAfter the balance in points once it is added
 * @param orderId the order paid or refunded; null for a charge
 */
public record PointEntry(
    UUID id,
    String userId,
    Type type,
    long amount,
    long balanceAfter,
    @Nullable UUID orderId,
    Instant createdAt) {

  /** Up to which balance points may be charged. A refund may exceed it. */
  public static final long LARGEST_BALANCE = 1_000_000_000;

  /** Why a balance changed. */
  public enum Type {
    CHARGE,
    USE,
    REFUND
  }

  /** A payment takes points for an order. */
  public static PointEntry use(
      UUID paymentId, UUID orderId, String userId, long amount, long balanceAfter, Instant now) {
    UUID id = RequestName.of("use", paymentId.toString());
    return new PointEntry(id, userId, Type.USE, -amount, balanceAfter, orderId, now);
  }

  /** A refund gives points of an order back, once: the entry has its id. */
  public static PointEntry refund(
      UUID refundId, UUID orderId, String userId, long amount, long balanceAfter, Instant now) {
    return new PointEntry(refundId, userId, Type.REFUND, amount, balanceAfter, orderId, now);
  }
}
