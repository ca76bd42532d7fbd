package dev.firstcome.order;

/**
 * One product of an order, with name and price as they were when it was ordered.
 *
 * @param unitPrice in won
 */
public record OrderLine(long productId, String name, long unitPrice, long quantity) {

  /** In won. */
  public long amount() {
    return unitPrice * quantity;
  }
}
