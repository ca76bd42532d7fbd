package dev.firstcome.shop.coupon;

import java.time.Instant;

/** How a campaign stands at a moment: what its stream shows. */
record CouponLevel(long couponId, long totalQuantity, long remainingQuantity, Phase phase) {

  enum Phase {
    /** Not open yet. */
    UPCOMING,
    PAUSED,
    /** Open, and there are some left. */
    OPEN,
    SOLD_OUT,
    /** Its time is over, whatever is left. */
    CLOSED
  }

  static CouponLevel of(
      long id,
      long total,
      long remaining,
      Instant from,
      Instant until,
      boolean paused,
      Instant now) {
    return new CouponLevel(id, total, remaining, phase(remaining, from, until, paused, now));
  }

  private static Phase phase(
      long remaining, Instant from, Instant until, boolean paused, Instant now) {
    if (now.isBefore(from)) {
      return Phase.UPCOMING;
    } else if (!now.isBefore(until)) {
      return Phase.CLOSED;
    } else if (paused) {
      return Phase.PAUSED;
    }
    return remaining > 0 ? Phase.OPEN : Phase.SOLD_OUT;
  }
}
