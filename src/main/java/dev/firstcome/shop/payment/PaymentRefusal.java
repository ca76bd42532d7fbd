package dev.firstcome.shop.payment;

import dev.firstcome.refusal.Refusal;
import org.springframework.http.HttpStatus;

/** The way in which this room says no. */
public enum PaymentRefusal implements Refusal {
  PAYMENT_NOT_FOUND(HttpStatus.NOT_FOUND);

  private final HttpStatus status;

  PaymentRefusal(HttpStatus status) {
    this.status = status;
  }

  @Override
  public HttpStatus status() {
    return status;
  }
}
