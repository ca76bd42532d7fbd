package dev.firstcome.payment;

import static java.util.Objects.requireNonNull;

import dev.firstcome.batch.BatchLane;
import dev.firstcome.batch.Lanes;
import dev.firstcome.batch.Verdict;
import dev.firstcome.database.Database;
import dev.firstcome.database.Session;
import dev.firstcome.order.Order;
import dev.firstcome.order.Orders;
import dev.firstcome.outbox.Outbox;
import dev.firstcome.outbox.OutboxEvent.Consumer;
import dev.firstcome.outbox.Relay;
import dev.firstcome.payment.Paying.Pay;
import dev.firstcome.payment.Paying.State;
import dev.firstcome.point.Points;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Pays orders from their owners' points. */
@Component
public class Payments {

  private final PaymentRows rows;
  private final PaymentRepository repository;
  private final Orders orders;
  private final Points points;
  private final Outbox outbox;
  private final Relay relay;
  private final Database database;
  private final Clock clock;
  private final BatchLane<Pay, Payment> lane;

  Payments(
      PaymentRows rows,
      PaymentRepository repository,
      Orders orders,
      Points points,
      Outbox outbox,
      Relay relay,
      Database database,
      Clock clock,
      Lanes lanes) {
    this.rows = rows;
    this.repository = repository;
    this.orders = orders;
    this.points = points;
    this.outbox = outbox;
    this.relay = relay;
    this.database = database;
    this.clock = clock;
    this.lane = lanes.open("payment", this::pay);
  }

  /**
   * Takes the order's total from the user's points, once for each key and once for each order.
   *
   * @param key the Idempotency-Key
   * @return refuses with {@code IDEMPOTENCY_KEY_REUSED}, {@code ORDER_NOT_FOUND}, {@code
   *     ORDER_ALREADY_PAID}, {@code ORDER_NOT_PAYABLE}, {@code INSUFFICIENT_POINTS}
   */
  public Mono<Verdict.Done<Payment>> pay(String userId, String key, UUID orderId) {
    return lane.submit(Pay.of(userId, key, orderId, clock.instant()));
  }

  private Mono<List<Verdict<Payment>>> pay(List<Pay> pays) {
    return database
        .transaction(session -> decideAndWrite(session, pays))
        .doOnNext(verdicts -> committed());
  }

  private Mono<List<Verdict<Payment>>> decideAndWrite(Session session, List<Pay> pays) {
    return load(session, pays)
        .flatMap(
            state -> {
              List<Verdict<Payment>> verdicts = Paying.decide(pays, state);
              return write(session, Verdict.fresh(verdicts), state.orders()).thenReturn(verdicts);
            });
  }

  private void committed() {
    relay.wake(Consumer.RANKING);
    relay.wake(Consumer.PLATFORM);
  }

  /** Orders before balances, as everywhere; the payments after both, for a snapshot under locks. */
  private Mono<State> load(Session session, List<Pay> pays) {
    List<String> payers = pays.stream().map(Pay::userId).toList();
    List<String> users = payers.stream().distinct().toList();
    return orders
        .lock(session, pays.stream().map(Pay::orderId).toList(), payers)
        .flatMap(
            locked ->
                points
                    .lock(session, users)
                    .zipWhen(balances -> repository.existing(session, pays))
                    .map(rest -> new State(locked, rest.getT1(), rest.getT2())));
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
