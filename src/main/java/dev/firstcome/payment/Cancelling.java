package dev.firstcome.payment;

import dev.firstcome.batch.Verdict;
import dev.firstcome.order.Order;
import dev.firstcome.order.Order.Status;
import dev.firstcome.order.OrderRefusal;
import dev.firstcome.point.PointEntry;
import dev.firstcome.point.PointRefusal;
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
   * @param at when they asked: what the order's due time is held against
   */
  record Cancel(UUID orderId, String userId, Instant at) {}

  /**
   * What a batch is decided on, as locked in the database.
   *
   * @param orders those of the orders asked for that exist, with their lines, by id
   * @param balances in points, by user; a user without one has 0
   */
  record State(Map<UUID, Order> orders, Map<String, Long> balances) {}

  /**
   * What a batch comes to.
   *
   * @param verdicts one for each cancellation, in order
   * @param refunds the points that go back, in order
   */
  record Decision(List<Verdict<Order>> verdicts, List<PointEntry> refunds) {}

  /**
   * @param limit the most points that a balance may have
   */
  static Decision decide(List<Cancel> cancels, State before, long limit) {
    State running = new State(new HashMap<>(before.orders), new HashMap<>(before.balances));
    Decision decision = new Decision(new ArrayList<>(cancels.size()), new ArrayList<>());
    for (Cancel cancel : cancels) {
      decision.verdicts.add(decide(cancel, running, decision.refunds, limit));
    }
    return decision;
  }

  private static Verdict<Order> decide(
      Cancel cancel, State running, List<PointEntry> refunds, long limit) {
    Order order = running.orders.get(cancel.orderId());
    if (order == null || !order.userId().equals(cancel.userId())) {
      return Verdict.no(OrderRefusal.ORDER_NOT_FOUND.refused());
    }
    Status status = order.statusAt(cancel.at());
    if (status == Status.CANCELLED || status == Status.REFUNDED) {
      return Verdict.replayed(order);
    }
    if (status == Status.EXPIRED) {
      return Verdict.no(OrderRefusal.ORDER_NOT_CANCELLABLE.refused("status", status));
    }
    // Nothing to give back of an order that cost nothing: the ledger has no entries of zero.
    if (status == Status.PAID && order.total() > 0) {
      long balance = running.balances.getOrDefault(order.userId(), 0L);
      if (balance + order.total() > limit) {
        return Verdict.no(
            PointRefusal.POINT_LIMIT_EXCEEDED.refused("balance", balance, "maximum", limit));
      }
      long after = balance + order.total();
      running.balances.put(order.userId(), after);
      refunds.add(PointEntry.refund(order.id(), order.userId(), order.total(), after, cancel.at()));
    }
    Order cancelled = order.cancelled();
    running.orders.put(order.id(), cancelled);
    return Verdict.done(cancelled);
  }
}
