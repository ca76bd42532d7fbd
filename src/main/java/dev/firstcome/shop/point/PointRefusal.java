package dev.firstcome.shop.point;

import dev.firstcome.refusal.Refusal;
import org.springframework.http.HttpStatus;

/** The ways in which this room says no. */
public enum PointRefusal implements Refusal {
  /** Members: {@code minimum}, {@code maximum}. */
  INVALID_CHARGE_AMOUNT(HttpStatus.BAD_REQUEST),
  /** Members: {@code balance}, {@code required}. */
  INSUFFICIENT_POINTS(HttpStatus.CONFLICT),
  /** Members: {@code balance}, {@code maximum}. */
  POINT_LIMIT_EXCEEDED(HttpStatus.CONFLICT);

  private final HttpStatus status;

  PointRefusal(HttpStatus status) {
    this.status = status;
  }

  @Override
  public HttpStatus status() {
    return status;
  }
}
