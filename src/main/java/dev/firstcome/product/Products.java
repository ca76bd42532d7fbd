package dev.firstcome.product;

import static dev.firstcome.product.ProductRefusal.PRODUCT_NOT_FOUND;

import dev.firstcome.product.ProductHandler.Change;
import dev.firstcome.product.ProductHandler.ListedBody;
import dev.firstcome.product.ProductHandler.NewProduct;
import java.time.Clock;
import java.util.List;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Knows what is sold. */
@Component
public class Products {

  private final ProductRows rows;
  private final Clock clock;

  Products(ProductRows rows, Clock clock) {
    this.rows = rows;
    this.clock = clock;
  }

  /**
   * A product with the stock it has now.
   *
   * @return refuses with {@code PRODUCT_NOT_FOUND}
   */
  public Mono<Product> find(long id) {
    return rows.findById(id).switchIfEmpty(PRODUCT_NOT_FOUND.asError());
  }

  Mono<List<ListedBody>> newestBefore(long id, int limit) {
    return rows.newestBefore(id, limit).collectList();
  }

  Mono<Product> create(NewProduct made, String by) {
    return rows.create(
        made.name(),
        made.description() == null ? "" : made.description(),
        made.price(),
        made.onSale() == null || made.onSale(),
        made.stock(),
        by,
        clock.instant());
  }

  Mono<Product> change(long id, Change change) {
    return rows.change(id, change.name(), change.description(), change.price(), change.onSale())
        .switchIfEmpty(PRODUCT_NOT_FOUND.asError());
  }
}
