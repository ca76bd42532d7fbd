package dev.firstcome.order;

import dev.firstcome.problem.Refusal;
import org.springframework.http.HttpStatus;

/** The ways in which this room says no. */
public enum OrderRefusal implements Refusal {
  ORDER_NOT_FOUND(HttpStatus.NOT_FOUND),
  /** Member: {@code paymentId}. */
  ORDER_ALREADY_PAID(HttpStatus.CONFLICT),
  /** Member: {@code status}, an {@link Order.Status}. */
  ORDER_NOT_PAYABLE(HttpStatus.CONFLICT),
  /** Member: {@code status}, an {@link Order.Status}. */
  ORDER_NOT_CANCELLABLE(HttpStatus.CONFLICT);

  private final HttpStatus status;

  OrderRefusal(HttpStatus status) {
    this.status = status;
  }

  @Override
  public HttpStatus status() {
    return status;
  }
}
