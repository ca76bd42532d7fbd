package dev.firstcome.shop.cart;

import java.util.List;

/**
 * A user's cart.
 *
 * @param items in the order in which they were first added
 */
public record Cart(List<Item> items) {

  /** How many different products a cart holds. */
  static final long MOST_PRODUCTS = 100;

  /** How many units of one product a cart holds, as an order line does. */
  static final long MOST_UNITS = 999;

  /** In won, at today's prices, whether or not everything could be ordered. */
  public long total() {
    return items.stream().mapToLong(Item::amount).sum();
  }

  /**
   * One product of a cart.
   *
   * @param price in won, as it is now
   * @param inStock whether this quantity could be ordered now: on sale, and enough left
   */
  public record Item(long productId, String name, long price, long quantity, boolean inStock) {

    /** In won. */
    public long amount() {
      return price * quantity;
    }
  }
}
