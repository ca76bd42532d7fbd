package dev.firstcome.product;

import static dev.firstcome.product.ProductRefusal.PRODUCT_NOT_FOUND;

import dev.firstcome.problem.Violation.Rule;
import dev.firstcome.security.Caller;
import dev.firstcome.web.Answers;
import dev.firstcome.web.Body;
import dev.firstcome.web.Checks;
import dev.firstcome.web.Paging;
import dev.firstcome.web.PathId;
import dev.firstcome.web.Slice;
import dev.firstcome.web.Valid;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class ProductHandler {

  private static final long MOST_WON = 1_000_000_000;
  private static final long MOST_UNITS = 1_000_000_000;

  private final Products products;
  private final Body body;

  ProductHandler(Products products, Body body) {
    this.products = products;
    this.body = body;
  }

  Mono<ServerResponse> list(ServerRequest request) {
    Paging paging = Paging.of(request);
    Long after = paging.after("products", Long::parseLong);
    return products
        .newestBefore(after == null ? Long.MAX_VALUE : after, paging.rows())
        .map(rows -> Slice.of(rows, paging, "products", row -> String.valueOf(row.id())))
        .flatMap(Answers::ok);
  }

  Mono<ServerResponse> show(ServerRequest request) {
    return products.find(PathId.number(request, "id", PRODUCT_NOT_FOUND)).flatMap(Answers::ok);
  }

  Mono<ServerResponse> create(ServerRequest request) {
    String by = Caller.of(request).userId();
    return body.read(request, NewProduct.class)
        .flatMap(product -> products.create(product, by))
        .flatMap(product -> Answers.created("/api/v1/products/" + product.id(), product, false));
  }

  Mono<ServerResponse> change(ServerRequest request) {
    long id = PathId.number(request, "id", PRODUCT_NOT_FOUND);
    return body.read(request, Change.class)
        .flatMap(change -> products.change(id, change))
        .flatMap(Answers::ok);
  }

  record ListedBody(long id, String name, long price, long stock, boolean onSale) {}

  record NewProduct(
      String name, @Nullable String description, long price, long stock, @Nullable Boolean onSale)
      implements Valid {

    @Override
    public void validate(Checks checks) {
      checks
          .length("name", name, 1, 200)
          .length("description", description, 0, 4000)
          .range("price", price, 0, MOST_WON)
          .range("stock", stock, 0, MOST_UNITS);
    }
  }

  record Change(
      @Nullable String name,
      @Nullable String description,
      @Nullable Long price,
      @Nullable Boolean onSale)
      implements Valid {

    @Override
    public void validate(Checks checks) {
      boolean any = name != null || description != null || price != null || onSale != null;
      checks
          .check("", any, Rule.NOTHING_TO_CHANGE)
          .length("name", name, 1, 200)
          .length("description", description, 0, 4000)
          .range("price", price, 0, MOST_WON);
    }
  }
}
