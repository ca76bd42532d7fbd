package dev.firstcome.shop.product;

import static dev.firstcome.shop.product.ProductRefusal.PRODUCT_NOT_FOUND;

import dev.firstcome.engine.lane.BatchLane;
import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.http.dispatch.EntityTag;
import dev.firstcome.shop.audit.AdminAnswer;
import dev.firstcome.shop.audit.AdminChange;
import dev.firstcome.shop.audit.AdminReply;
import dev.firstcome.shop.audit.AdminRequest;
import dev.firstcome.shop.audit.AdminWrites;
import dev.firstcome.shop.product.ProductHandler.Change;
import dev.firstcome.shop.product.ProductHandler.ListedBody;
import dev.firstcome.shop.product.ProductHandler.NewProduct;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Knows what is sold. */
@Component
public class Products {

  private final ProductSql repository;
  private final AdminWrites writes;
  private final BatchLane<Long, Product> reads;

  Products(ProductSql repository, AdminWrites writes, Lanes lanes) {
    this.repository = repository;
    this.writes = writes;
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

  /** Requests for one product at the same moment share one read, which shows it as it is now. */
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

  Mono<AdminReply> create(AdminRequest request, NewProduct made) {
    return writes.once(request, change -> create(change, made));
  }

  private Mono<AdminAnswer> create(AdminChange change, NewProduct made) {
    return repository
        .insert(change.session(), made, change.request().actor())
        .doOnNext(product -> change.note(subject(product), null, product, null))
        .map(
            product ->
                AdminAnswer.created("/api/v1/products/" + product.id(), product, product.tag()));
  }

  /**
   * @return refuses with {@code PRODUCT_NOT_FOUND}, {@code VERSION_CHANGED}
   */
  Mono<AdminReply> change(
      AdminRequest request, long id, Change wanted, EntityTag.Condition expected) {
    return writes.once(request, change -> change(change, id, wanted, expected));
  }

  private Mono<AdminAnswer> change(
      AdminChange change, long id, Change wanted, EntityTag.Condition expected) {
    return repository
        .lock(change.session(), id)
        .switchIfEmpty(PRODUCT_NOT_FOUND.asError())
        .doOnNext(now -> expected.demand(now.version()))
        .flatMap(now -> write(change, now, wanted.applyTo(now)))
        .map(product -> AdminAnswer.ok(product, product.tag()));
  }

  private Mono<Product> write(AdminChange change, Product now, Product then) {
    return then.equals(now)
        ? Mono.just(now)
        : repository
            .write(change.session(), then)
            .doOnNext(written -> change.note(subject(now), now, written, null));
  }

  private static String subject(Product product) {
    return "product:" + product.id();
  }
}
