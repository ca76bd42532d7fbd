package dev.firstcome.shop.product;

import dev.firstcome.refusal.Refusal;
import org.springframework.http.HttpStatus;

/** The ways in which this room says no. */
public enum ProductRefusal implements Refusal {
  PRODUCT_NOT_FOUND(HttpStatus.NOT_FOUND),
  /** Member: {@code productId}. */
  PRODUCT_NOT_ON_SALE(HttpStatus.CONFLICT);

  private final HttpStatus status;

  ProductRefusal(HttpStatus status) {
    this.status = status;
  }

  @Override
  public HttpStatus status() {
    return status;
  }
}
