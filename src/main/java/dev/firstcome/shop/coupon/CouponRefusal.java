package dev.firstcome.shop.coupon;

import dev.firstcome.refusal.Refusal;
import dev.firstcome.refusal.Refused;
import java.time.Instant;
import org.springframework.http.HttpStatus;

/** The ways in which this room says no. */
public enum CouponRefusal implements Refusal {
  COUPON_NOT_FOUND(HttpStatus.NOT_FOUND),
  ISSUED_COUPON_NOT_FOUND(HttpStatus.NOT_FOUND),
  COUPON_SOLD_OUT(HttpStatus.CONFLICT),
  /** Members: {@code campaignStatus, issuableFrom, issuableUntil, serverTime}. */
  COUPON_NOT_OPEN(HttpStatus.CONFLICT),
  /** Member: {@code reason}, an {@link IssuedCoupon.Unusable}. */
  COUPON_NOT_USABLE(HttpStatus.CONFLICT),
  /** Member: {@code issued}. */
  QUANTITY_BELOW_ISSUED(HttpStatus.CONFLICT);

  private final HttpStatus status;

  CouponRefusal(HttpStatus status) {
    this.status = status;
  }

  @Override
  public HttpStatus status() {
    return status;
  }

  /**
   * @param now by PostgreSQL's clock
   */
  static Refused notOpen(Campaign campaign, Instant now) {
    return COUPON_NOT_OPEN.refused(
        "campaignStatus",
        campaign.status(1, now),
        "issuableFrom",
        campaign.issuableFrom(),
        "issuableUntil",
        campaign.issuableUntil(),
        "serverTime",
        now);
  }
}
