package dev.firstcome.shop.order;

import dev.firstcome.engine.lane.BatchLane;
import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.engine.lane.LockedRows;
import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.http.dispatch.TimePosition;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Reads;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.refusal.Refused;
import dev.firstcome.shop.drop.Offers;
import dev.firstcome.shop.drop.RefusalCounts;
import dev.firstcome.shop.order.Placing.PlaceOrder;
import dev.firstcome.shop.product.ProductRefusal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Makes orders and keeps what becomes of each. */
@Component
public class Orders {

  private final OrderSql repository;
  private final RefundSql refunds;
  private final OrderClosing closing;
  private final Database database;
  private final Offers offers;
  private final PurchaseSql purchases;
  private final RefusalCounts refusals;
  private final BatchLane<PlaceOrder, Order> lane;

  Orders(
      OrderSql repository,
      RefundSql refunds,
      OrderBatch batch,
      OrderClosing closing,
      Database database,
      Offers offers,
      PurchaseSql purchases,
      RefusalCounts refusals,
      Lanes lanes) {
    this.repository = repository;
    this.refunds = refunds;
    this.closing = closing;
    this.database = database;
    this.offers = offers;
    this.purchases = purchases;
    this.refusals = refusals;
    this.lane = lanes.open("order", batch::place, batch.lockedRows());
  }

  /**
   * Makes the order, or finds the one that the same request made.
   *
   * @param units by product id
   * @param expectedTotal in won; null: any
   * @return refuses with {@code IDEMPOTENCY_KEY_REUSED}, or else the first that applies of {@code
   *     PRODUCT_NOT_FOUND}, {@code PRODUCT_NOT_ON_SALE}, {@code DROP_NOT_OPEN}, {@code
   *     PURCHASE_LIMIT_EXCEEDED}, {@code TOO_MANY_PENDING_ORDERS}, {@code INSUFFICIENT_STOCK},
   *     {@code ISSUED_COUPON_NOT_FOUND}, {@code COUPON_NOT_USABLE}, {@code PRICE_CHANGED}
   */
  Mono<Verdict.Done<Order>> place(
      String userId,
      String key,
      SortedMap<Long, Long> units,
      @Nullable UUID issuedCouponId,
      @Nullable Long expectedTotal) {
    return Mono.defer(
            () -> lane.submit(PlaceOrder.of(userId, key, units, issuedCouponId, expectedTotal)))
        .doOnError(Refused.class, refused -> refusals.count(units.keySet(), refused));
  }

  /** What the user may still order of a product; refuses with {@code PRODUCT_NOT_FOUND}. */
  Mono<Purchases.Allowance> allowance(String userId, long productId) {
    return database.transaction(
        session ->
            offers
                .read(session, List.of(productId))
                .flatMap(found -> Mono.justOrEmpty(found.get(productId)))
                .switchIfEmpty(ProductRefusal.PRODUCT_NOT_FOUND.asError())
                .zipWhen(
                    offer ->
                        purchases.bought(session, List.of(userId), List.of(productId), List.of()))
                .map(read -> Purchases.Allowance.of(read.getT1(), read.getT2())));
  }

  Mono<Order> find(UUID id, String userId) {
    return repository.find(id, userId).switchIfEmpty(OrderRefusal.ORDER_NOT_FOUND.asError());
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

  /** Those of the orders that somebody else has locked; never waits for them. */
  public <C> LockedRows<C> held(Function<C, UUID> order) {
    return LockedRows.in("orders", command -> List.of(order.apply(command)), repository::held);
  }

  /** Those whose stock somebody else has locked, which an order waits for when it gives back. */
  public <C> LockedRows<C> heldStock(Function<C, UUID> order) {
    return closing.heldStock(order);
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

  Mono<List<Order>> ofUserBefore(
      String userId, List<Order.Status> statuses, TimePosition before, int limit) {
    return repository.ofUserBefore(userId, statuses, before, limit);
  }

  /** Inside a cancellation's transaction: like {@link #lock}, with the orders' lines. */
  public Mono<Map<UUID, Order>> lockWithLines(Session session, List<UUID> ids, List<String> users) {
    return repository.lockWithLines(session, ids, users);
  }

  /** Those of the orders that exist, with their lines; by id. */
  public Mono<Map<UUID, Order>> all(Collection<UUID> ids) {
    return repository.all(ids).map(OrderSql::byId);
  }

  /** Whose order it is; refuses with {@code ORDER_NOT_FOUND}. Nothing is locked. */
  public Mono<String> owner(Reads reads, UUID id) {
    return repository.owner(reads, id).switchIfEmpty(OrderRefusal.ORDER_NOT_FOUND.asError());
  }

  public Mono<String> owner(UUID id) {
    return owner(database, id);
  }

  /**
   * Inside the same transaction: writes orders that have just been {@link Order#cancelled
   * cancelled} or {@link Order#refundedBy refunded}, and gives back what they held. The points are
   * the caller's business.
   */
  public Mono<Void> close(Session session, List<Order> closed, List<Refund.Outcome> refunded) {
    return closing.close(session, closed, refunded);
  }

  /** Those of the refunds that exist. */
  public Mono<List<Refund>> refunds(Collection<UUID> ids) {
    return refunds.byId(database, ids);
  }

  /** Inside such a transaction: ends orders that were found {@link Order#isOverdue overdue}. */
  public Mono<Void> expire(Session session, List<Order> overdue) {
    return overdue.isEmpty()
        ? Mono.empty()
        : repository
            .withLines(session, overdue.stream().map(Order::expired).toList())
            .flatMap(expired -> closing.close(session, expired, List.of()));
  }

  /** To be called when that transaction has committed. */
  public void closed() {
    closing.committed();
  }
}
