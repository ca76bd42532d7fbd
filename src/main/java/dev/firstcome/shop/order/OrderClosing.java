package dev.firstcome.shop.order;

import dev.firstcome.engine.lane.LockedRows;
import dev.firstcome.engine.outbox.Outbox;
import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.engine.outbox.Relay;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.coupon.CouponUse;
import dev.firstcome.shop.coupon.Coupons;
import dev.firstcome.shop.order.Order.Status;
import dev.firstcome.shop.stock.Stock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The end of an order that is not kept, whether cancelled, expired or refunded, and a refund of a
 * part: one guarded transition under the order's lock, and in the same transaction its stock and
 * its coupon back. So exactly one of those who race to end or to pay an order wins, and what it
 * held comes back once.
 */
@Component
class OrderClosing {

  private final OrderSql repository;
  private final RefundSql refunds;
  private final Stock stock;
  private final Coupons coupons;
  private final Outbox outbox;
  private final Relay relay;
  private final OrderSettings settings;

  OrderClosing(
      OrderSql repository,
      RefundSql refunds,
      Stock stock,
      Coupons coupons,
      Outbox outbox,
      Relay relay,
      OrderSettings settings) {
    this.repository = repository;
    this.refunds = refunds;
    this.stock = stock;
    this.coupons = coupons;
    this.outbox = outbox;
    this.relay = relay;
    this.settings = settings;
  }

  /**
   * The caller holds the locks of all these orders, which have their lines.
   *
   * @param closed unpaid orders in their last status
   * @param refunded paid orders as refunds leave them
   */
  Mono<Void> close(Session session, List<Order> closed, List<Refund.Outcome> refunded) {
    if (closed.isEmpty() && refunded.isEmpty()) {
      return Mono.empty();
    }
    return writeClosed(session, closed)
        .then(Mono.defer(() -> writeRefunded(session, refunded)))
        .then(Mono.defer(() -> stock.giveBack(session, units(closed, refunded))))
        .then(Mono.defer(() -> writeOff(session, refunded)))
        .then(Mono.defer(() -> coupons.giveBack(session, uses(closed, refunded))))
        .then(Mono.defer(session::now))
        .flatMap(now -> outbox.write(session, events(closed, refunded, now)));
  }

  private Mono<Void> writeClosed(Session session, List<Order> closed) {
    return closed.isEmpty()
        ? Mono.empty()
        : repository
            .close(session, closed)
            .filter(changed -> changed == closed.size())
            .switchIfEmpty(Mono.error(OrderClosing::changed))
            .then();
  }

  private Mono<Void> writeRefunded(Session session, List<Refund.Outcome> refunded) {
    return refunded.isEmpty()
        ? Mono.empty()
        : refunds
            .write(session, refunded)
            .filter(written -> written)
            .switchIfEmpty(Mono.error(OrderClosing::changed))
            .then();
  }

  private static IllegalStateException changed() {
    return new IllegalStateException("a locked order changed");
  }

  /** What is not sold again leaves the books. It was taken off the stock when it was ordered. */
  private Mono<Void> writeOff(Session session, List<Refund.Outcome> refunded) {
    return Flux.fromIterable(refunded)
        .map(Refund.Outcome::refund)
        .filter(refund -> !refund.restock())
        .concatMap(refund -> writeOff(session, refund))
        .then();
  }

  private Mono<Void> writeOff(Session session, Refund refund) {
    String reason = Objects.requireNonNull(refund.reason(), "a refund without restocking has one");
    return stock.writeOff(session, units(refund), reason, refund.by(), refund.createdAt());
  }

  /** Which of some orders have to wait for stock that somebody else has locked. */
  <C> LockedRows<C> heldStock(Function<C, UUID> order) {
    return commands ->
        repository
            .products(commands.stream().map(order).toList())
            .flatMap(
                products ->
                    LockedRows.<C, Long>in(
                            "stock",
                            command -> products.getOrDefault(order.apply(command), Set.of()),
                            stock::held)
                        .of(commands));
  }

  /** The gate is told by the relay, at least once, also if this process dies here. */
  void committed() {
    relay.wake(Consumer.STOCK_GATE);
  }

  private static Map<Long, Long> units(List<Order> closed, List<Refund.Outcome> refunded) {
    Map<Long, Long> units = new HashMap<>();
    for (Order order : closed) {
      order.lines().forEach(line -> units.merge(line.productId(), line.quantity(), Long::sum));
    }
    for (Refund.Outcome order : refunded) {
      if (order.refund().restock()) {
        units(order.refund()).forEach((product, number) -> units.merge(product, number, Long::sum));
      }
    }
    return units;
  }

  private static Map<Long, Long> units(Refund refund) {
    return refund.items().stream()
        .collect(Collectors.toMap(Refund.Item::productId, Refund.Item::quantity));
  }

  private List<CouponUse> uses(List<Order> closed, List<Refund.Outcome> refunded) {
    Stream<Order> whole =
        refunded.stream()
            .map(Refund.Outcome::order)
            .filter(order -> order.status() == Status.REFUNDED && settings.refundReturnsCoupon());
    return Stream.concat(closed.stream(), whole)
        .flatMap(order -> order.couponUse().stream())
        .toList();
  }

  /** An order can be refunded often: each time is an event of its own. */
  private static List<OutboxEvent> events(
      List<Order> closed, List<Refund.Outcome> refunded, Instant now) {
    Stream<OutboxEvent> ends =
        closed.stream()
            .map(order -> OutboxEvent.of(Consumer.STOCK_GATE, "order.closed", order.id(), now));
    Stream<OutboxEvent> refunds =
        refunded.stream()
            .map(Refund.Outcome::refund)
            .filter(Refund::restock)
            .map(
                r ->
                    OutboxEvent.of(Consumer.STOCK_GATE, "order.refunded", r.id(), now)
                        .about(r.orderId()));
    return Stream.concat(ends, refunds).toList();
  }
}
