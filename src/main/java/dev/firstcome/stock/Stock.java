package dev.firstcome.stock;

import dev.firstcome.database.Session;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** How many there are: the verbs of an order's own transaction. */
@Component
public class Stock {

  private final StockRepository repository;

  Stock(StockRepository repository) {
    this.repository = repository;
  }

  /**
   * Locks the stock of these products, in the order of their ids, and reads them.
   *
   * @return by product id; one that is missing does not exist
   */
  public Mono<Map<Long, StockedProduct>> lock(Session session, Collection<Long> productIds) {
    return repository.lock(session, productIds);
  }

  /** Takes units off the locked stock, by product id. */
  public Mono<Void> take(Session session, Map<Long, Long> units) {
    if (units.isEmpty()) {
      return Mono.empty();
    }
    return repository
        .take(session, units)
        .filter(changed -> changed == units.size())
        .switchIfEmpty(Mono.error(() -> new IllegalStateException("a locked stock row is gone")))
        .then();
  }

  /** Locks the stock, in the order of the product ids, and gives units back to it. */
  public Mono<Void> giveBack(Session session, Map<Long, Long> units) {
    Map<Long, Long> taken = new HashMap<>();
    units.forEach((product, number) -> taken.put(product, -number));
    return lock(session, units.keySet()).then(Mono.defer(() -> take(session, taken)));
  }
}
