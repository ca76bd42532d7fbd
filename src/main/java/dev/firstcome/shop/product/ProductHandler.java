package dev.firstcome.shop.product;

import static dev.firstcome.shop.product.ProductRefusal.PRODUCT_NOT_FOUND;
import static java.util.Objects.requireNonNullElse;

import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.dispatch.EntityTag;
import dev.firstcome.http.dispatch.Paging;
import dev.firstcome.http.dispatch.PathId;
import dev.firstcome.http.dispatch.Slice;
import dev.firstcome.http.json.Given;
import dev.firstcome.http.json.RequestBody;
import dev.firstcome.http.json.SelfValidating;
import dev.firstcome.http.json.Violations;
import dev.firstcome.shop.audit.AdminReply;
import dev.firstcome.shop.audit.AdminRequest;
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
  private final RequestBody body;

  ProductHandler(Products products, RequestBody body) {
    this.products = products;
    this.body = body;
  }

  Mono<ServerResponse> list(ServerRequest request) {
    Paging paging = Paging.of(request);
    Long after = paging.after("products", Long::parseLong);
    return products
        .newestBefore(after == null ? Long.MAX_VALUE : after, paging.rows())
        .map(rows -> Slice.of(rows, paging, "products", row -> String.valueOf(row.id())))
        .flatMap(Answers::secondOld);
  }

  Mono<ServerResponse> show(ServerRequest request) {
    return products
        .find(PathId.number(request, "id", PRODUCT_NOT_FOUND))
        .flatMap(product -> Answers.ok(product, product.tag()));
  }

  Mono<ServerResponse> create(ServerRequest request) {
    AdminRequest asked = AdminRequest.of(request, "product.create", "");
    return body.read(request, NewProduct.class)
        .flatMap(product -> products.create(asked.asking(product), product))
        .flatMap(AdminReply::response);
  }

  Mono<ServerResponse> change(ServerRequest request) {
    long id = PathId.number(request, "id", PRODUCT_NOT_FOUND);
    AdminRequest asked = AdminRequest.of(request, "product.change", id);
    EntityTag.Condition expected = EntityTag.condition(request);
    return body.read(request, Change.class)
        .flatMap(change -> products.change(asked.asking(change), id, change, expected))
        .flatMap(AdminReply::response);
  }

  record ListedBody(
      long id,
      String name,
      long price,
      long stock,
      boolean onSale,
      @Nullable Long maxPerUser,
      @Nullable Long dropId) {}

  record NewProduct(
      String name,
      @Nullable String description,
      long price,
      long stock,
      @Nullable Boolean onSale,
      @Nullable Long maxPerUser)
      implements SelfValidating {

    @Override
    public void validate(Violations checks) {
      checks
          .length("name", name, 1, 200)
          .length("description", description, 0, 4000)
          .range("price", price, 0, MOST_WON)
          .range("stock", stock, 0, MOST_UNITS)
          .range("maxPerUser", maxPerUser, 1, MOST_UNITS);
    }
  }

  record Change(
      @Nullable String name,
      @Nullable String description,
      @Nullable Long price,
      @Nullable Boolean onSale,
      @Nullable Given<Long> maxPerUser)
      implements SelfValidating {

    @Override
    public void validate(Violations checks) {
      checks
          .atLeastOne(name, description, price, onSale, maxPerUser)
          .length("name", name, 1, 200)
          .length("description", description, 0, 4000)
          .range("price", price, 0, MOST_WON)
          .range("maxPerUser", maxPerUser == null ? null : maxPerUser.value(), 1, MOST_UNITS);
    }

    /** The product afterwards; what is null stays as it is. */
    Product applyTo(Product now) {
      return new Product(
          now.id(),
          requireNonNullElse(name, now.name()),
          requireNonNullElse(description, now.description()),
          requireNonNullElse(price, now.price()),
          now.stock(),
          requireNonNullElse(onSale, now.onSale()),
          maxPerUser == null ? now.maxPerUser() : maxPerUser.value(),
          now.dropId(),
          now.createdAt(),
          now.version());
    }
  }
}
