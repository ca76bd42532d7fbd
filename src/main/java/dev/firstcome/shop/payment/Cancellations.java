package dev.firstcome.shop.payment;

import dev.firstcome.engine.lane.BatchLane;
import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.engine.lane.LockedRows;
import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.Orders;
import dev.firstcome.shop.payment.Cancelling.CancelOrder;
import dev.firstcome.shop.payment.Cancelling.Decision;
import dev.firstcome.shop.payment.Cancelling.State;
import dev.firstcome.shop.point.Points;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Cancels orders: unpaid ones are cancelled, of paid ones all that is left is refunded. */
@Component
class Cancellations {

  private final Orders orders;
  private final Points points;
  private final Refunds refunds;
  private final Database database;
  private final BatchLane<CancelOrder, Order> lane;

  Cancellations(Orders orders, Points points, Refunds refunds, Database database, Lanes lanes) {
    this.orders = orders;
    this.points = points;
    this.refunds = refunds;
    this.database = database;
    this.lane = lanes.open("cancel", this::cancel, held());
  }

  /**
   * Cancels the user's order, or finds that it is cancelled already.
   *
   * @return refuses with {@code ORDER_NOT_FOUND}, {@code ORDER_NOT_CANCELLABLE}
   */
  Mono<Verdict.Done<Order>> cancel(String userId, UUID orderId) {
    return cancel(new CancelOrder(orderId, userId, userId));
  }

  /** The same, for its user. */
  Mono<Verdict.Done<Order>> cancel(CancelOrder wanted) {
    return Mono.defer(() -> lane.submit(wanted));
  }

  /** In the order of the locks. */
  private LockedRows<CancelOrder> held() {
    return orders
        .<CancelOrder>held(CancelOrder::orderId)
        .and(points.held(CancelOrder::userId))
        .and(orders.heldStock(CancelOrder::orderId));
  }

  private Mono<List<Verdict<Order>>> cancel(List<CancelOrder> cancels) {
    return database
        .transaction(session -> decideAndWrite(session, cancels))
        .doOnNext(verdicts -> refunds.committed());
  }

  /** Inside the caller's transaction, which begins with no lock of what is locked here. */
  Mono<List<Verdict<Order>>> decideAndWrite(Session session, List<CancelOrder> cancels) {
    List<String> owners = cancels.stream().map(CancelOrder::userId).toList();
    List<String> users = owners.stream().distinct().toList();
    return orders
        .lockWithLines(session, cancels.stream().map(CancelOrder::orderId).toList(), owners)
        .zipWhen(locked -> points.lock(session, users))
        .zipWhen(
            locked -> session.now(),
            (locked, now) -> new State(locked.getT1(), locked.getT2(), now))
        .map(state -> Cancelling.decide(cancels, state))
        .flatMap(decision -> write(session, decision).thenReturn(decision.verdicts()));
  }

  private Mono<Void> write(Session session, Decision decision) {
    return refunds.write(session, decision.closed(), decision.refunded(), decision.entries());
  }
}
