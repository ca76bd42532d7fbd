package dev.firstcome.coupon;

import dev.firstcome.problem.Refusal;
import org.springframework.http.HttpStatus;

/** The ways in which this room says no. */
public enum CouponRefusal implements Refusal {
  COUPON_NOT_FOUND(HttpStatus.NOT_FOUND),
  ISSUED_COUPON_NOT_FOUND(HttpStatus.NOT_FOUND),
  COUPON_SOLD_OUT(HttpStatus.CONFLICT),
  /** Members: {@code issuableFrom}, {@code issuableUntil}. */
  COUPON_NOT_OPEN(HttpStatus.CONFLICT),
  /** Member: {@code reason}, an {@link IssuedCoupon.Unusable}. */
  COUPON_NOT_USABLE(HttpStatus.CONFLICT);

  private final HttpStatus status;

  CouponRefusal(HttpStatus status) {
    this.status = status;
  }

  @Override
  public HttpStatus status() {
    return status;
  }
}
