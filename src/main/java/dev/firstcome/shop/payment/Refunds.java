package dev.firstcome.shop.payment;

import static dev.firstcome.shop.order.OrderRefusal.ORDER_NOT_FOUND;

import dev.firstcome.engine.outbox.Outbox;
import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.engine.outbox.Relay;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.Orders;
import dev.firstcome.shop.order.Refund;
import dev.firstcome.shop.payment.Refunding.RefundOrder;
import dev.firstcome.shop.point.PointEntry;
import dev.firstcome.shop.point.Points;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Gives points and units of paid orders back. */
@Component
class Refunds {

  private final Orders orders;
  private final Points points;
  private final Outbox outbox;
  private final Relay relay;

  Refunds(Orders orders, Points points, Outbox outbox, Relay relay) {
    this.orders = orders;
    this.points = points;
    this.outbox = outbox;
    this.relay = relay;
  }

  /**
   * Inside the caller's transaction, which begins with no lock of an order or of what comes after
   * it.
   *
   * @return refuses with {@code ORDER_NOT_FOUND}, {@code ORDER_NOT_REFUNDABLE}, {@code
   *     REFUND_EXCEEDS_ORDER}
   */
  Mono<Refund.Outcome> refund(Session session, RefundOrder wanted) {
    return orders.owner(session, wanted.orderId()).flatMap(user -> refund(session, wanted, user));
  }

  private Mono<Refund.Outcome> refund(Session session, RefundOrder wanted, String user) {
    return lock(session, wanted.orderId(), user)
        .zipWhen(order -> points.lock(session, List.of(user)))
        .flatMap(
            locked ->
                session
                    .now()
                    .map(now -> Refunding.decide(wanted, locked.getT1(), now))
                    .flatMap(
                        refunded ->
                            write(session, refunded, locked.getT2().getOrDefault(user, 0L))));
  }

  private Mono<Order> lock(Session session, UUID order, String user) {
    return orders
        .lockWithLines(session, List.of(order), List.of(user))
        .flatMap(locked -> Mono.justOrEmpty(locked.get(order)))
        .switchIfEmpty(ORDER_NOT_FOUND.asError());
  }

  private Mono<Refund.Outcome> write(Session session, Refund.Outcome refunded, long balance) {
    List<PointEntry> entries = Refunding.entries(refunded.refund(), balance).toList();
    return write(session, List.of(), List.of(refunded), entries).thenReturn(refunded);
  }

  /** In the order of the locks: orders and balances are held, stock and coupons come last. */
  Mono<Void> write(
      Session session,
      List<Order> closed,
      List<Refund.Outcome> refunded,
      List<PointEntry> entries) {
    return points
        .write(session, entries)
        .then(Mono.defer(() -> orders.close(session, closed, refunded)))
        .then(Mono.defer(() -> outbox.write(session, events(refunded))));
  }

  private static List<OutboxEvent> events(List<Refund.Outcome> refunded) {
    return refunded.stream().map(Refund.Outcome::refund).flatMap(Refunds::events).toList();
  }

  private static Stream<OutboxEvent> events(Refund refund) {
    return Stream.of(
        OutboxEvent.of(Consumer.RANKING, "order.refunded", refund.id(), refund.createdAt()),
        OutboxEvent.of(Consumer.PLATFORM, Refunding.REFUNDED, refund.id(), refund.createdAt()));
  }

  /** To be called when that transaction has committed. */
  void committed() {
    orders.closed();
    relay.wake(Consumer.RANKING);
    relay.wake(Consumer.PLATFORM);
  }
}
