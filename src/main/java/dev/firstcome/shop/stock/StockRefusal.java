package dev.firstcome.shop.stock;

import dev.firstcome.refusal.Refusal;
import org.springframework.http.HttpStatus;

/** The way in which this room says no. */
public enum StockRefusal implements Refusal {
  /** Member: {@code items}, each product that is short with what was requested and available. */
  INSUFFICIENT_STOCK(HttpStatus.CONFLICT);

  private final HttpStatus status;

  StockRefusal(HttpStatus status) {
    this.status = status;
  }

  @Override
  public HttpStatus status() {
    return status;
  }

  /** One line of {@code items}. */
  public record Shortage(long productId, long requested, long available) {}
}
