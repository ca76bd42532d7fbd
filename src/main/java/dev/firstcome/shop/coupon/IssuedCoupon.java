package dev.firstcome.shop.coupon;

import dev.firstcome.refusal.RequestName;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One user's coupon of a campaign.
 *
 * @param usedAt when an order used it; null while unused, and again when that order was cancelled
 */
public record IssuedCoupon(
    UUID id,
    Campaign coupon,
    String userId,
    Instant issuedAt,
    @Nullable Instant usedAt,
    @Nullable UUID orderId) {

  /** What a user sees of its state. */
  public enum Status {
    ISSUED,
    USED,
    EXPIRED
  }

  /** Why a coupon cannot be used for an order. */
  public enum Unusable {
    USED,
    EXPIRED,
    BELOW_MINIMUM
  }

  /** The id of this user's coupon of this campaign, the same however often it is asked for. */
  static UUID idOf(long couponId, String userId) {
    return RequestName.of("coupon", Long.toString(couponId), userId);
  }

  static IssuedCoupon issue(Campaign coupon, String userId, Instant now) {
    return new IssuedCoupon(idOf(coupon.id(), userId), coupon, userId, now, null, null);
  }

  public Status status(Instant now) {
    if (usedAt != null) {
      return Status.USED;
    }
    return coupon.isExpired(now) ? Status.EXPIRED : Status.ISSUED;
  }

  /** Why it cannot be used for an order of this subtotal in won; null if it can. */
  public @Nullable Unusable unusableFor(long subtotal, Instant now) {
    if (usedAt != null) {
      return Unusable.USED;
    }
    if (coupon.isExpired(now)) {
      return Unusable.EXPIRED;
    }
    return subtotal < coupon.minOrderAmount() ? Unusable.BELOW_MINIMUM : null;
  }

  public IssuedCoupon usedBy(UUID order, Instant now) {
    return new IssuedCoupon(id, coupon, userId, issuedAt, now, order);
  }
}
