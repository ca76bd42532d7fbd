package dev.firstcome.order;

import dev.firstcome.batch.BatchLane;
import dev.firstcome.batch.Lanes;
import dev.firstcome.batch.Verdict;
import dev.firstcome.database.Session;
import dev.firstcome.order.Placing.Wish;
import dev.firstcome.web.TimePosition;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Makes orders and keeps what becomes of each. */
@Component
public class Orders {

  private final OrderRepository repository;
  private final OrderClosing closing;
  private final Clock clock;
  private final BatchLane<Wish, Order> lane;

  Orders(
      OrderRepository repository,
      OrderBatch batch,
      OrderClosing closing,
      Clock clock,
      Lanes lanes) {
    this.repository = repository;
    this.closing = closing;
    this.clock = clock;
    this.lane = lanes.open("order", batch::place);
  }

  /**
   * Makes the order, or finds the one that the same request made.
   *
   * @param units by product id
   * @return refuses with {@code PRODUCT_NOT_FOUND}, {@code PRODUCT_NOT_ON_SALE}, {@code
   *     INSUFFICIENT_STOCK}, {@code ISSUED_COUPON_NOT_FOUND}, {@code COUPON_NOT_USABLE}, {@code
   *     IDEMPOTENCY_KEY_REUSED}
   */
  Mono<Verdict.Done<Order>> place(
      String userId, String key, SortedMap<Long, Long> units, @Nullable UUID issuedCouponId) {
    return Mono.defer(() -> lane.submit(Wish.of(userId, key, units, issuedCouponId, now())));
  }

  Mono<Order> find(UUID id, String userId) {
    return repository.find(id, userId).switchIfEmpty(OrderRefusal.ORDER_NOT_FOUND.asError());
  }

  Mono<List<Order>> ofUserBefore(String userId, TimePosition before, int limit) {
    return repository.ofUserBefore(userId, before, limit);
  }

  /**
   * Inside a payment's transaction: locks orders, in the order of their ids, and reads them without
   * their lines.
   *
   * @param users whose each of them must be; somebody else's is not there
   * @return by id; if a batch names one for two users, the caller compares {@link Order#userId()}
   */
  public Mono<Map<UUID, Order>> lock(Session session, List<UUID> ids, List<String> users) {
    return repository.lock(session, ids, users);
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

  /** Inside a cancellation's transaction: like {@link #lock}, with the orders' lines. */
  public Mono<Map<UUID, Order>> lockWithLines(Session session, List<UUID> ids, List<String> users) {
    return repository.lockWithLines(session, ids, users);
  }

  /**
   * Inside the same transaction: writes orders that have just been {@link Order#cancelled cancelled
   * or refunded}, and gives back what they held. The points are the caller's business.
   */
  public Mono<Void> close(Session session, List<Order> closed) {
    return closing.close(session, closed, now());
  }

  /** To be called when that transaction has committed. */
  public void closed() {
    closing.committed();
  }

  Instant now() {
    return clock.instant();
  }
}
