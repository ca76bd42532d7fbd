package dev.firstcome.shop.cart;

import static dev.firstcome.shop.product.ProductRefusal.PRODUCT_NOT_FOUND;

import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.dispatch.PathId;
import dev.firstcome.http.json.RequestBody;
import dev.firstcome.http.json.SelfValidating;
import dev.firstcome.http.json.Violations;
import dev.firstcome.http.security.Caller;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class CartHandler {

  private final Carts carts;
  private final RequestBody body;

  CartHandler(Carts carts, RequestBody body) {
    this.carts = carts;
    this.body = body;
  }

  Mono<ServerResponse> show(ServerRequest request) {
    return carts.of(userOf(request)).flatMap(cart -> Answers.ok(CartBody.of(cart)));
  }

  Mono<ServerResponse> add(ServerRequest request) {
    return body.read(request, Addition.class)
        .flatMap(added -> carts.add(userOf(request), added.productId, added.quantity))
        .flatMap(cart -> Answers.created(CartBody.of(cart)));
  }

  Mono<ServerResponse> set(ServerRequest request) {
    long productId = PathId.number(request, "productId", PRODUCT_NOT_FOUND);
    return body.read(request, Quantity.class)
        .flatMap(wanted -> carts.set(userOf(request), productId, wanted.quantity))
        .flatMap(cart -> Answers.ok(CartBody.of(cart)));
  }

  Mono<ServerResponse> remove(ServerRequest request) {
    long productId = PathId.number(request, "productId", PRODUCT_NOT_FOUND);
    return carts.remove(userOf(request), productId).then(Answers.noContent());
  }

  Mono<ServerResponse> clear(ServerRequest request) {
    return carts.clear(userOf(request)).then(Answers.noContent());
  }

  private static String userOf(ServerRequest request) {
    return Caller.of(request).userId();
  }

  record Addition(long productId, long quantity) implements SelfValidating {

    @Override
    public void validate(Violations checks) {
      checks.range("quantity", quantity, 1, Cart.MOST_UNITS);
    }
  }

  record Quantity(long quantity) implements SelfValidating {

    @Override
    public void validate(Violations checks) {
      checks.range("quantity", quantity, 1, Cart.MOST_UNITS);
    }
  }

  record CartBody(List<ItemBody> items, long total) {

    static CartBody of(Cart cart) {
      return new CartBody(cart.items().stream().map(ItemBody::of).toList(), cart.total());
    }
  }

  record ItemBody(
      long productId, String name, long price, long quantity, long amount, boolean inStock) {

    static ItemBody of(Cart.Item item) {
      return new ItemBody(
          item.productId(),
          item.name(),
          item.price(),
          item.quantity(),
          item.amount(),
          item.inStock());
    }
  }
}
