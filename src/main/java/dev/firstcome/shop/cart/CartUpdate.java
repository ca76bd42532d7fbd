package dev.firstcome.shop.cart;

import static dev.firstcome.shop.product.ProductRefusal.PRODUCT_NOT_ON_SALE;
import static dev.firstcome.shop.stock.StockRefusal.INSUFFICIENT_STOCK;

import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import dev.firstcome.shop.stock.StockRefusal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt to put units of a product into a cart has met.
 *
 * @param written whether the cart was changed
 * @param quantity the units asked for
 * @param held the units in the cart that these are added to; 0 if they replace what is there
 * @param known whether the product was in the cart already
 * @param products how many different products the cart had
 */
record CartUpdate(
    boolean written,
    long productId,
    long quantity,
    long held,
    boolean known,
    long products,
    boolean onSale,
    long stock) {

  /**
   * Why nothing was written; null if there is no reason, because the product came into the cart by
   * another request at the same moment: a new attempt sees it.
   */
  @Nullable Refused refusal() {
    long sum = held + quantity;
    if (sum > Cart.MOST_UNITS) {
      long room = Cart.MOST_UNITS - held;
      return Violation.of("quantity", Rule.RANGE, "minimum", Math.min(1, room), "maximum", room)
          .refused();
    }
    if (!known && products >= Cart.MOST_PRODUCTS) {
      return Violation.of("items", Rule.SIZE, "minimum", 0L, "maximum", Cart.MOST_PRODUCTS)
          .refused();
    }
    if (!onSale) {
      return PRODUCT_NOT_ON_SALE.refused("productId", productId);
    }
    return stock >= sum
        ? null
        : INSUFFICIENT_STOCK.refused(
            "items", List.of(new StockRefusal.Shortage(productId, sum, stock)));
  }
}
