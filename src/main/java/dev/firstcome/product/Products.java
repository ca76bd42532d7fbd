package dev.firstcome.product;

import static dev.firstcome.product.ProductRefusal.PRODUCT_NOT_FOUND;

import dev.firstcome.batch.BatchLane;
import dev.firstcome.batch.Lanes;
import dev.firstcome.batch.Verdict;
import dev.firstcome.product.ProductHandler.Change;
import dev.firstcome.product.ProductHandler.ListedBody;
import dev.firstcome.product.ProductHandler.NewProduct;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Knows what is sold. */
@Component
public class Products {

  private final ProductRows rows;
  private final ProductRepository repository;
  private final Clock clock;
  private final BatchLane<Long, Product> reads;

  Products(ProductRows rows, ProductRepository repository, Clock clock, Lanes lanes) {
    this.rows = rows;
    this.repository = repository;
    this.clock = clock;
    this.reads = lanes.open("product read", this::read);
  }

  /**
   * A product with the stock it has now.
   *
   * @return refuses with {@code PRODUCT_NOT_FOUND}
   */
  public Mono<Product> find(long id) {
    return reads.submit(id).map(Verdict.Done::value);
  }

  /** However many look at a product at the same moment, it is read once, and as it is now. */
  private Mono<List<Verdict<Product>>> read(List<Long> ids) {
    return repository
        .find(ids)
        .map(found -> ids.stream().map(id -> verdict(found.get(id))).toList());
  }

  private static Verdict<Product> verdict(@Nullable Product product) {
    return product == null ? Verdict.no(PRODUCT_NOT_FOUND.refused()) : Verdict.done(product);
  }

  Mono<List<ListedBody>> newestBefore(long id, int limit) {
    return repository.newestBefore(id, limit);
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
