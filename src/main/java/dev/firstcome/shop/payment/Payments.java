package dev.firstcome.shop.payment;

import static java.util.Objects.requireNonNull;

import dev.firstcome.engine.lane.BatchLane;
import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.engine.lane.LockedRows;
import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.engine.outbox.Outbox;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.engine.outbox.Relay;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.Orders;
import dev.firstcome.shop.payment.Paying.PayOrder;
import dev.firstcome.shop.payment.Paying.State;
import dev.firstcome.shop.point.Points;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Pays orders from their owners' points. */
@Component
public class Payments {

  private final PaymentRepository rows;
  private final PaymentSql repository;
  private final Orders orders;
  private final Points points;
  private final Outbox outbox;
  private final Relay relay;
  private final Database database;
  private final BatchLane<PayOrder, Payment> lane;

  Payments(
      PaymentRepository rows,
      PaymentSql repository,
      Orders orders,
      Points points,
      Outbox outbox,
      Relay relay,
      Database database,
      Lanes lanes) {
    this.rows = rows;
    this.repository = repository;
    this.orders = orders;
    this.points = points;
    this.outbox = outbox;
    this.relay = relay;
    this.database = database;
    this.lane = lanes.open("payment", this::pay, held());
  }

  /**
   * Takes the order's total from the user's points, once for each key and once for each order.
   *
   * @param key the Idempotency-Key
   * @return refuses with {@code IDEMPOTENCY_KEY_REUSED}, {@code ORDER_NOT_FOUND}, {@code
   *     ORDER_ALREADY_PAID}, {@code ORDER_NOT_PAYABLE}, {@code INSUFFICIENT_POINTS}
   */
  public Mono<Verdict.Done<Payment>> pay(String userId, String key, UUID orderId) {
    return lane.submit(PayOrder.of(userId, key, orderId));
  }

  /** In the order of the locks. */
  private LockedRows<PayOrder> held() {
    return orders.<PayOrder>held(PayOrder::orderId).and(points.held(PayOrder::userId));
  }

  private Mono<List<Verdict<Payment>>> pay(List<PayOrder> pays) {
    return database
        .transaction(session -> decideAndWrite(session, pays))
        .doOnNext(this::committed)
        .map(Paying.Decision::verdicts);
  }

  private Mono<Paying.Decision> decideAndWrite(Session session, List<PayOrder> pays) {
    return load(session, pays)
        .flatMap(
            state -> {
              Paying.Decision decision = Paying.decide(pays, state);
              return write(session, decision, state.orders()).thenReturn(decision);
            });
  }

  private void committed(Paying.Decision decision) {
    if (!decision.overdue().isEmpty()) {
      orders.closed();
    }
    relay.wake(Consumer.RANKING);
    relay.wake(Consumer.PLATFORM);
  }

  /** Orders before balances, as everywhere; the payments after both, for a snapshot under locks. */
  private Mono<State> load(Session session, List<PayOrder> pays) {
    List<String> payers = pays.stream().map(PayOrder::userId).toList();
    List<String> users = payers.stream().distinct().toList();
    return orders
        .lock(session, pays.stream().map(PayOrder::orderId).toList(), payers)
        .flatMap(
            locked ->
                points
                    .lock(session, users)
                    .zipWhen(balances -> repository.existing(session, pays))
                    .map(rest -> state(locked, rest.getT1(), rest.getT2())));
  }

  private static State state(
      Map<UUID, Order> locked, Map<String, Long> balances, Session.Dated<Payment> existing) {
    Map<UUID, Payment> payments =
        existing.rows().stream().collect(Collectors.toMap(Payment::id, payment -> payment));
    return new State(locked, balances, payments, existing.at());
  }

  /** In the order of the locks: orders and balances are held, stock and coupons come last. */
  private Mono<Void> write(Session session, Paying.Decision decision, Map<UUID, Order> locked) {
    return write(session, Verdict.fresh(decision.verdicts()), locked)
        .then(Mono.defer(() -> orders.expire(session, decision.overdue())));
  }

  private Mono<Void> write(Session session, List<Payment> fresh, Map<UUID, Order> locked) {
    if (fresh.isEmpty()) {
      return Mono.empty();
    }
    return repository
        .write(session, fresh)
        .then(points.write(session, fresh.stream().flatMap(Payment::entries).toList()))
        .then(orders.markPaid(session, fresh.stream().map(p -> paid(p, locked)).toList()))
        .then(outbox.write(session, fresh.stream().flatMap(Payment::events).toList()));
  }

  private static Order paid(Payment payment, Map<UUID, Order> locked) {
    return requireNonNull(locked.get(payment.orderId())).paidBy(payment.id());
  }

  /** The user's payment; {@code PAYMENT_NOT_FOUND} if it does not exist or is somebody else's. */
  Mono<Payment> find(UUID id, String userId) {
    return rows.ofUser(id, userId).switchIfEmpty(PaymentRefusal.PAYMENT_NOT_FOUND.asError());
  }
}
