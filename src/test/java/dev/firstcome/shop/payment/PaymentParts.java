package dev.firstcome.shop.payment;

import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.engine.outbox.OutboxParts;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.Orders;
import dev.firstcome.shop.order.Refund;
import dev.firstcome.shop.payment.Refunding.RefundOrder;
import dev.firstcome.shop.point.Points;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** This room for a simulated instance: made of its real classes. */
public final class PaymentParts {

  public final Payments payments;
  private final Cancellations cancellations;
  private final Refunds refunds;
  private final Database database;

  public PaymentParts(
      Orders orders, Points points, OutboxParts outbox, Database database, Lanes lanes) {
    payments =
        new Payments(
            rows(), new PaymentSql(), orders, points, outbox.outbox, outbox.relay, database, lanes);
    this.database = database;
    refunds = new Refunds(orders, points, outbox.outbox, outbox.relay);
    cancellations = new Cancellations(orders, points, refunds, database, lanes);
  }

  public Mono<Verdict.Done<Order>> cancel(String user, UUID order) {
    return cancellations.cancel(user, order);
  }

  /**
   * What an administrator's request does in its transaction.
   *
   * @param units by product id; null: all that are left
   */
  public Mono<Refund> refund(
      UUID id, UUID order, @Nullable Map<Long, Long> units, boolean restock) {
    RefundOrder wanted =
        new RefundOrder(
            id, order, units == null ? null : new TreeMap<>(units), restock, "why", "admin");
    return database
        .transaction(session -> refunds.refund(session, wanted))
        .doOnNext(done -> refunds.committed())
        .map(Refund.Outcome::refund);
  }

  public static UUID idOf(String user, String key) {
    return Payment.idOf(user, key);
  }

  /** What only reads is not simulated. */
  private static PaymentRepository rows() {
    return (PaymentRepository)
        Proxy.newProxyInstance(
            PaymentRepository.class.getClassLoader(),
            new Class<?>[] {PaymentRepository.class},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(method.getName());
            });
  }
}
