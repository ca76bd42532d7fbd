package dev.firstcome.shop.coupon;

import org.jspecify.annotations.Nullable;

/**
 * What a coupon takes off.
 *
 * @param value won for {@code FIXED}, percent from 1 to 100 for {@code PERCENT}
 * @param maxAmount the most that it takes off, in won; null for no such limit
 */
public record Discount(Type type, long value, @Nullable Long maxAmount) {

  /** How {@code value} is to be read. */
  public enum Type {
    FIXED,
    PERCENT
  }

  /** The discount in won: never more than the subtotal, fractions of a won are not given. */
  public long of(long subtotal) {
    long full = type == Type.FIXED ? value : subtotal / 100 * value + subtotal % 100 * value / 100;
    long capped = maxAmount == null ? full : Math.min(full, maxAmount);
    return Math.min(capped, subtotal);
  }
}
