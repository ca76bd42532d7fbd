package dev.firstcome.coupon;

import java.time.Instant;

/**
 * A campaign: so many coupons, to whoever comes first within a time. It never changes once made,
 * except for how many are left.
 *
 * @param minOrderAmount the least subtotal, in won, at which the coupon may be used
 * @param issuableFrom the first instant at which it is given out
 * @param issuableUntil the first instant at which it is no longer given out
 * @param validUntil the first instant at which an issued coupon can no longer be used
 */
public record Coupon(
    long id,
    String name,
    Discount discount,
    long minOrderAmount,
    long totalQuantity,
    Instant issuableFrom,
    Instant issuableUntil,
    Instant validUntil) {

  public boolean isOpen(Instant now) {
    return !now.isBefore(issuableFrom) && now.isBefore(issuableUntil);
  }

  public boolean isExpired(Instant now) {
    return !now.isBefore(validUntil);
  }
}
