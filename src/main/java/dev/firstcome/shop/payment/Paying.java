package dev.firstcome.shop.payment;

import static java.util.Objects.requireNonNull;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.Order.Status;
import dev.firstcome.shop.order.OrderRefusal;
import dev.firstcome.shop.point.PointRefusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rule of paying, over a batch: pure, in the order of arrival. */
final class Paying {

  private Paying() {}

  /**
   * Somebody wants to pay an order.
   *
   * @param id the payment's, derived from user and Idempotency-Key
   */
  record PayOrder(UUID id, UUID orderId, String userId) {

    static PayOrder of(String userId, String key, UUID orderId) {
      return new PayOrder(Payment.idOf(userId, key), orderId, userId);
    }

    Payment take(Order order, long balance, Instant now) {
      return new Payment(id, orderId, userId, order.total(), balance - order.total(), now);
    }
  }

  /**
   * What a batch is decided on, as locked in the database.
   *
   * @param orders those of the orders asked for that exist, by id
   * @param balances in points, by user; a user without one has 0
   * @param payments those of the payments asked for that exist already, by id
   * @param now by PostgreSQL's clock, under the locks: what an order's due time is held against
   */
  record State(
      Map<UUID, Order> orders,
      Map<String, Long> balances,
      Map<UUID, Payment> payments,
      Instant now) {}

  /**
   * What a batch comes to.
   *
   * @param verdicts one for each payment, in order; the ones done and not replayed are to be
   *     written
   * @param overdue orders whose time was found to be over: their end is to be written as well, so
   *     that it is decided when somebody hears of it
   */
  record Decision(List<Verdict<Payment>> verdicts, List<Order> overdue) {}

  static Decision decide(List<PayOrder> pays, State before) {
    State running =
        new State(
            new HashMap<>(before.orders),
            new HashMap<>(before.balances),
            new HashMap<>(before.payments),
            before.now);
    Decision decision = new Decision(new ArrayList<>(pays.size()), new ArrayList<>());
    for (PayOrder pay : pays) {
      decision.verdicts.add(decide(pay, running, decision.overdue));
    }
    return decision;
  }

  private static Verdict<Payment> decide(PayOrder pay, State running, List<Order> overdue) {
    Payment mine = running.payments.get(pay.id());
    // The key before the order: a user who has paid hears so, whatever became of the order since.
    if (mine != null) {
      return mine.orderId().equals(pay.orderId())
          ? Verdict.replayed(mine)
          : Verdict.no(CommonRefusal.IDEMPOTENCY_KEY_REUSED.refused());
    }
    Order order = running.orders.get(pay.orderId());
    if (order == null || !order.userId().equals(pay.userId())) {
      return Verdict.no(OrderRefusal.ORDER_NOT_FOUND.refused());
    }
    long balance = running.balances.getOrDefault(pay.userId(), 0L);
    if (order.isOverdue(running.now)) {
      overdue.add(order);
      order = order.expired();
      running.orders.put(order.id(), order);
    }
    Refused refused = whyNot(order, balance);
    if (refused != null) {
      return Verdict.no(refused);
    }
    Payment fresh = pay.take(order, balance, running.now);
    running.payments.put(fresh.id(), fresh);
    running.orders.put(order.id(), order.paidBy(fresh.id()));
    running.balances.put(fresh.userId(), fresh.balanceAfter());
    return Verdict.done(fresh);
  }

  private static @Nullable Refused whyNot(Order order, long balance) {
    Status status = order.status();
    if (status == Status.PAID) {
      return OrderRefusal.ORDER_ALREADY_PAID.refused(
          "paymentId", requireNonNull(order.paymentId()));
    } else if (status != Status.PENDING) {
      return OrderRefusal.ORDER_NOT_PAYABLE.refused("orderStatus", status);
    } else if (balance < order.total()) {
      return PointRefusal.INSUFFICIENT_POINTS.refused(
          "balance", balance, "required", order.total());
    }
    return null;
  }
}
