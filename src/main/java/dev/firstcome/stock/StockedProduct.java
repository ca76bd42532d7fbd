package dev.firstcome.stock;

/**
 * A product and how many there are, under the lock of its stock.
 *
 * @param price in won
 */
public record StockedProduct(
    long productId, String name, long price, boolean onSale, long quantity) {

  public StockedProduct less(long units) {
    return new StockedProduct(productId, name, price, onSale, quantity - units);
  }
}
