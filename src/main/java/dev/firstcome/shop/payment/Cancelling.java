package dev.firstcome.shop.payment;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.OrderRefusal;
import dev.firstcome.shop.order.Refund;
import dev.firstcome.shop.point.PointEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The rule of cancelling, over a batch: pure, in the order of arrival. */
final class Cancelling {

  private Cancelling() {}

  /**
   * Somebody wants to cancel an order.
   *
   * @param userId whose it must be
   * @param by the user id of the one who asks
   */
  record CancelOrder(UUID orderId, String userId, String by) {}

  /**
   * What a batch is decided on, as locked in the database.
   *
   * @param orders those of the orders asked for that exist, with their lines, by id
   * @param balances in points, by user; a user without one has 0
   * @param now by PostgreSQL's clock, under the locks: what an order's due time is held against
   */
  record State(Map<UUID, Order> orders, Map<String, Long> balances, Instant now) {}

  /**
   * What a batch comes to.
   *
   * @param verdicts one for each cancellation, in order
   * @param closed orders that end unpaid: cancelled, or found to be expired
   * @param refunded paid orders of which all that was left goes back
   * @param entries the points that go back, in order
   */
  record Decision(
      List<Verdict<Order>> verdicts,
      List<Order> closed,
      List<Refund.Outcome> refunded,
      List<PointEntry> entries) {}

  static Decision decide(List<CancelOrder> cancels, State before) {
    State running =
        new State(new HashMap<>(before.orders), new HashMap<>(before.balances), before.now);
    Decision decision =
        new Decision(
            new ArrayList<>(cancels.size()),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>());
    for (CancelOrder cancel : cancels) {
      decision.verdicts.add(decide(cancel, running, decision));
    }
    return decision;
  }

  private static Verdict<Order> decide(CancelOrder cancel, State running, Decision decision) {
    Order order = running.orders.get(cancel.orderId());
    if (order == null || !order.userId().equals(cancel.userId())) {
      return Verdict.no(OrderRefusal.ORDER_NOT_FOUND.refused());
    }
    if (order.isOverdue(running.now)) {
      order = end(order.expired(), running, decision);
    }
    return switch (order.status()) {
      case CANCELLED, REFUNDED -> Verdict.replayed(order);
      case EXPIRED ->
          Verdict.no(OrderRefusal.ORDER_NOT_CANCELLABLE.refused("orderStatus", order.status()));
      case PENDING -> Verdict.done(end(order.cancelled(), running, decision));
      case PAID -> Verdict.done(refund(order, cancel.by(), running, decision));
    };
  }

  private static Order end(Order ended, State running, Decision decision) {
    running.orders.put(ended.id(), ended);
    decision.closed.add(ended);
    return ended;
  }

  private static Order refund(Order order, String by, State running, Decision decision) {
    Refund.Outcome refunded = Refunding.cancel(order, by, running.now);
    long balance = running.balances.getOrDefault(order.userId(), 0L);
    Refunding.entries(refunded.refund(), balance).forEach(decision.entries::add);
    running.balances.put(order.userId(), balance + refunded.refund().amount());
    running.orders.put(order.id(), refunded.order());
    decision.refunded.add(refunded);
    return refunded.order();
  }
}
