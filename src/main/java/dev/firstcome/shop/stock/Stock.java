package dev.firstcome.shop.stock;

import dev.firstcome.infra.postgres.Session;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** How many there are: the verbs of an order's own transaction. */
@Component
public class Stock {

  private final StockSql repository;

  Stock(StockSql repository) {
    this.repository = repository;
  }

  /**
   * Locks the stock of these products, in the order of their ids, and reads it. On what terms they
   * are sold is read by another statement, which sees what the holders of the locks before it have
   * committed.
   *
   * @return units by product id; one that is missing does not exist
   */
  public Mono<Map<Long, Long>> lock(Session session, Collection<Long> productIds) {
    return repository.lock(session, productIds);
  }

  /** Those of the products whose stock somebody else has locked; never waits for it. */
  public Mono<Set<Long>> held(Collection<Long> productIds) {
    return productIds.isEmpty() ? Mono.just(Set.of()) : repository.held(productIds);
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
    if (units.isEmpty()) {
      return Mono.empty();
    }
    Map<Long, Long> taken = new HashMap<>();
    units.forEach((product, number) -> taken.put(product, -number));
    return lock(session, units.keySet()).then(Mono.defer(() -> take(session, taken)));
  }

  /**
   * Writes down that units which were sold do not come back to the stock, which stays as it is.
   *
   * @param units by product id
   * @param by the user id of the one who decided it
   */
  public Mono<Void> writeOff(
      Session session, Map<Long, Long> units, String reason, String by, Instant at) {
    return repository.writeOff(session, units, reason, by, at).then();
  }
}
