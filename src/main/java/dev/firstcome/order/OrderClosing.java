package dev.firstcome.order;

import dev.firstcome.coupon.CouponUse;
import dev.firstcome.coupon.Coupons;
import dev.firstcome.database.Session;
import dev.firstcome.order.Order.Status;
import dev.firstcome.outbox.Outbox;
import dev.firstcome.outbox.OutboxEvent;
import dev.firstcome.outbox.OutboxEvent.Consumer;
import dev.firstcome.outbox.Relay;
import dev.firstcome.stock.Stock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * The end of an order that is not kept, whether cancelled, expired or refunded: one guarded
 * transition under the order's lock, and in the same transaction its stock and its coupon back. So
 * exactly one of those who race to end or to pay an order wins, and what it held comes back once.
 */
@Component
class OrderClosing {

  private final OrderRepository repository;
  private final Stock stock;
  private final Coupons coupons;
  private final Outbox outbox;
  private final Relay relay;
  private final OrderSettings settings;

  OrderClosing(
      OrderRepository repository,
      Stock stock,
      Coupons coupons,
      Outbox outbox,
      Relay relay,
      OrderSettings settings) {
    this.repository = repository;
    this.stock = stock;
    this.coupons = coupons;
    this.outbox = outbox;
    this.relay = relay;
    this.settings = settings;
  }

  /**
   * @param closed orders in their last status, with their lines, whose locks the caller holds
   */
  Mono<Void> close(Session session, List<Order> closed, Instant now) {
    if (closed.isEmpty()) {
      return Mono.empty();
    }
    return repository
        .close(session, closed)
        .filter(changed -> changed == closed.size())
        .switchIfEmpty(Mono.error(() -> new IllegalStateException("a locked order changed")))
        .then(Mono.defer(() -> stock.giveBack(session, units(closed))))
        .then(Mono.defer(() -> coupons.giveBack(session, uses(closed))))
        .then(Mono.defer(() -> outbox.write(session, events(closed, now))));
  }

  /** The gate is told by the relay, at least once, also if this process dies here. */
  void committed() {
    relay.wake(Consumer.STOCK_GATE);
  }

  private static Map<Long, Long> units(List<Order> closed) {
    Map<Long, Long> units = new HashMap<>();
    closed.forEach(
        order ->
            order
                .lines()
                .forEach(line -> units.merge(line.productId(), line.quantity(), Long::sum)));
    return units;
  }

  private List<CouponUse> uses(List<Order> closed) {
    return closed.stream()
        .filter(order -> order.status() != Status.REFUNDED || settings.refundReturnsCoupon())
        .flatMap(order -> order.couponUse().stream())
        .toList();
  }

  private static List<OutboxEvent> events(List<Order> closed, Instant now) {
    return closed.stream()
        .map(order -> OutboxEvent.of(Consumer.STOCK_GATE, "order.closed", order.id(), now))
        .toList();
  }
}
