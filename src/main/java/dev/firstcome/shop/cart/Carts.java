package dev.firstcome.shop.cart;

import static dev.firstcome.refusal.CommonRefusal.OVERLOADED;
import static dev.firstcome.shop.product.ProductRefusal.PRODUCT_NOT_FOUND;

import dev.firstcome.infra.postgres.Session;
import dev.firstcome.refusal.Refused;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Keeps the users' carts. */
@Component
public class Carts {

  /**
   * How often one request looks at a product that others put into the same cart and take out again
   * at the same moment. Once it is there, one attempt is enough.
   */
  private static final int ATTEMPTS = 5;

  private final CartSql repository;
  private final Clock clock;

  Carts(CartSql repository, Clock clock) {
    this.repository = repository;
    this.clock = clock;
  }

  Mono<Cart> add(String userId, long productId, long quantity) {
    return put(userId, productId, quantity, true, ATTEMPTS).then(of(userId));
  }

  Mono<Cart> set(String userId, long productId, long quantity) {
    return put(userId, productId, quantity, false, ATTEMPTS).then(of(userId));
  }

  private Mono<Void> put(String user, long product, long quantity, boolean adds, int attempts) {
    return repository
        .put(user, product, quantity, adds, clock.instant())
        .switchIfEmpty(PRODUCT_NOT_FOUND.asError())
        .flatMap(
            attempt -> {
              if (attempt.written()) {
                return Mono.empty();
              }
              Refused refusal = attempt.refusal();
              if (refusal != null) {
                return Mono.error(refusal);
              }
              return attempts > 1
                  ? put(user, product, quantity, adds, attempts - 1)
                  : OVERLOADED.asError();
            });
  }

  /**
   * Inside an order's transaction: which of the orders have anything to be taken out of a cart.
   * Most buyers of a drop have no cart, and need no event to tell it of.
   */
  public Mono<List<UUID>> ordersFromCarts(Session session, List<CartUse> uses) {
    return repository.ordersFromCarts(session, uses);
  }

  Mono<Cart> of(String userId) {
    return repository.of(userId);
  }

  Mono<Void> remove(String userId, long productId) {
    return repository.remove(userId, productId).then();
  }

  Mono<Void> clear(String userId) {
    return repository.clear(userId).then();
  }
}
