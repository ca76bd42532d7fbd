package dev.firstcome.payment;

import dev.firstcome.batch.BatchLane;
import dev.firstcome.batch.Lanes;
import dev.firstcome.batch.Verdict;
import dev.firstcome.database.Database;
import dev.firstcome.database.Session;
import dev.firstcome.order.Order;
import dev.firstcome.order.Order.Status;
import dev.firstcome.order.Orders;
import dev.firstcome.outbox.Outbox;
import dev.firstcome.outbox.OutboxEvent;
import dev.firstcome.outbox.OutboxEvent.Consumer;
import dev.firstcome.outbox.Relay;
import dev.firstcome.payment.Cancelling.Cancel;
import dev.firstcome.payment.Cancelling.Decision;
import dev.firstcome.payment.Cancelling.State;
import dev.firstcome.point.PointEntry;
import dev.firstcome.point.Points;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Cancels orders for their users: unpaid ones are cancelled, paid ones refunded in points. */
@Component
class Cancellations {

  private final Orders orders;
  private final Points points;
  private final Outbox outbox;
  private final Relay relay;
  private final Database database;
  private final Clock clock;
  private final BatchLane<Cancel, Order> lane;

  Cancellations(
      Orders orders,
      Points points,
      Outbox outbox,
      Relay relay,
      Database database,
      Clock clock,
      Lanes lanes) {
    this.orders = orders;
    this.points = points;
    this.outbox = outbox;
    this.relay = relay;
    this.database = database;
    this.clock = clock;
    this.lane = lanes.open("cancel", this::cancel);
  }

  /**
   * Cancels the order, or finds that it is cancelled already.
   *
   * @return refuses with {@code ORDER_NOT_FOUND}, {@code ORDER_NOT_CANCELLABLE}, {@code
   *     POINT_LIMIT_EXCEEDED}
   */
  Mono<Verdict.Done<Order>> cancel(String userId, UUID orderId) {
    return Mono.defer(() -> lane.submit(new Cancel(orderId, userId, now())));
  }

  private Mono<List<Verdict<Order>>> cancel(List<Cancel> cancels) {
    return database
        .transaction(session -> decideAndWrite(session, cancels))
        .doOnNext(decision -> committed())
        .map(Decision::verdicts);
  }

  private Mono<Decision> decideAndWrite(Session session, List<Cancel> cancels) {
    List<String> owners = cancels.stream().map(Cancel::userId).toList();
    List<String> users = owners.stream().distinct().toList();
    return orders
        .lockWithLines(session, cancels.stream().map(Cancel::orderId).toList(), owners)
        .zipWhen(locked -> points.lock(session, users), State::new)
        .map(state -> Cancelling.decide(cancels, state, PointEntry.LARGEST_BALANCE))
        .flatMap(decision -> write(session, decision).thenReturn(decision));
  }

  /** In the order of the locks: orders and balances are held, stock and coupons come last. */
  private Mono<Void> write(Session session, Decision decision) {
    List<Order> closed = Verdict.fresh(decision.verdicts());
    return points
        .write(session, decision.refunds())
        .then(Mono.defer(() -> orders.close(session, closed)))
        .then(Mono.defer(() -> outbox.write(session, events(closed, now()))));
  }

  private static List<OutboxEvent> events(List<Order> closed, Instant now) {
    return closed.stream()
        .filter(order -> order.status() == Status.REFUNDED)
        .map(order -> Objects.requireNonNull(order.paymentId()))
        .map(payment -> OutboxEvent.of(Consumer.RANKING, "payment.refunded", payment, now))
        .toList();
  }

  private void committed() {
    orders.closed();
    relay.wake(Consumer.RANKING);
  }

  Instant now() {
    return clock.instant();
  }
}
