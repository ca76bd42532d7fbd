package dev.firstcome.payment;

import static java.util.Objects.requireNonNull;

import dev.firstcome.batch.Verdict;
import dev.firstcome.order.Order;
import dev.firstcome.order.Order.Status;
import dev.firstcome.order.OrderRefusal;
import dev.firstcome.point.PointRefusal;
import dev.firstcome.problem.CommonRefusal;
import dev.firstcome.problem.Refused;
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
   * @param at when they asked: what the order's due time is held against
   */
  record Pay(UUID id, UUID orderId, String userId, Instant at) {

    static Pay of(String userId, String key, UUID orderId, Instant at) {
      return new Pay(Payment.idOf(userId, key), orderId, userId, at);
    }

    Payment take(Order order, long balance) {
      return new Payment(id, orderId, userId, order.total(), balance - order.total(), at);
    }
  }

  /**
   * What a batch is decided on, as locked in the database.
   *
   * @param orders those of the orders asked for that exist, by id
   * @param balances in points, by user; a user without one has 0
   * @param payments those of the payments asked for that exist already, by id
   */
  record State(Map<UUID, Order> orders, Map<String, Long> balances, Map<UUID, Payment> payments) {}

  /**
   * @return a verdict for each payment, in order; the ones done and not replayed are to be written
   */
  static List<Verdict<Payment>> decide(List<Pay> pays, State before) {
    State running =
        new State(
            new HashMap<>(before.orders),
            new HashMap<>(before.balances),
            new HashMap<>(before.payments));
    List<Verdict<Payment>> verdicts = new ArrayList<>(pays.size());
    for (Pay pay : pays) {
      verdicts.add(decide(pay, running));
    }
    return verdicts;
  }

  private static Verdict<Payment> decide(Pay pay, State running) {
    Payment mine = running.payments.get(pay.id());
    // The key before the order: who has paid is told so, whatever became of the order since.
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
    Refused refused = whyNot(order, balance, pay.at());
    if (refused != null) {
      return Verdict.no(refused);
    }
    Payment fresh = pay.take(order, balance);
    running.payments.put(fresh.id(), fresh);
    running.orders.put(order.id(), order.paidBy(fresh.id()));
    running.balances.put(fresh.userId(), fresh.balanceAfter());
    return Verdict.done(fresh);
  }

  private static @Nullable Refused whyNot(Order order, long balance, Instant now) {
    Status status = order.statusAt(now);
    if (status == Status.PAID) {
      return OrderRefusal.ORDER_ALREADY_PAID.refused(
          "paymentId", requireNonNull(order.paymentId()));
    } else if (status != Status.PENDING) {
      return OrderRefusal.ORDER_NOT_PAYABLE.refused("status", status);
    } else if (balance < order.total()) {
      return PointRefusal.INSUFFICIENT_POINTS.refused(
          "balance", balance, "required", order.total());
    }
    return null;
  }
}
