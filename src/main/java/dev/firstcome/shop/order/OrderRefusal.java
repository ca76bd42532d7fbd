package dev.firstcome.shop.order;

import dev.firstcome.refusal.Refusal;
import org.springframework.http.HttpStatus;

/** The ways in which this room says no. */
public enum OrderRefusal implements Refusal {
  ORDER_NOT_FOUND(HttpStatus.NOT_FOUND),
  /** Member: {@code paymentId}. */
  ORDER_ALREADY_PAID(HttpStatus.CONFLICT),
  /** Member: {@code orderStatus}, an {@link Order.Status}. */
  ORDER_NOT_PAYABLE(HttpStatus.CONFLICT),
  /** Member: {@code orderStatus}, an {@link Order.Status}. */
  ORDER_NOT_CANCELLABLE(HttpStatus.CONFLICT),
  /** Member: {@code orderStatus}, an {@link Order.Status}. */
  ORDER_NOT_REFUNDABLE(HttpStatus.CONFLICT),
  /** Member: {@code items} with {@code productId, requested, refundable} each. */
  REFUND_EXCEEDS_ORDER(HttpStatus.CONFLICT),
  /** Members: {@code productId} or {@code dropId}, {@code limit, bought, pending, requested}. */
  PURCHASE_LIMIT_EXCEEDED(HttpStatus.CONFLICT),
  /** Members: {@code maximum}, {@code orderIds} of the unpaid ones. */
  TOO_MANY_PENDING_ORDERS(HttpStatus.CONFLICT),
  /** Members: {@code expectedTotal}, {@code total}. */
  PRICE_CHANGED(HttpStatus.CONFLICT);

  private final HttpStatus status;

  OrderRefusal(HttpStatus status) {
    this.status = status;
  }

  @Override
  public HttpStatus status() {
    return status;
  }
}
