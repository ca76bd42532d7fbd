package dev.firstcome.order;

import dev.firstcome.database.Session;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Makes orders and keeps what becomes of each. */
@Component
public class Orders {

  private final OrderRepository repository;

  Orders(OrderRepository repository) {
    this.repository = repository;
  }

  /**
   * Inside a payment's transaction: locks orders, in the order of their ids, and reads them without
   * their lines.
   *
   * @return by id, whosever they are: the caller compares {@link Order#userId()}
   */
  public Mono<Map<UUID, Order>> lock(Session session, List<UUID> ids) {
    return repository.lock(session, ids);
  }

  /** Inside the same transaction: writes orders that have just become {@link Order#paidBy paid}. */
  public Mono<Void> markPaid(Session session, List<Order> paid) {
    if (paid.isEmpty()) {
      return Mono.empty();
    }
    return repository
        .markPaid(session, paid)
        .filter(changed -> changed == paid.size())
        .switchIfEmpty(Mono.error(() -> new IllegalStateException("a locked order changed")))
        .then();
  }
}
