package dev.firstcome.payment;

import dev.firstcome.batch.Lanes;
import dev.firstcome.batch.Verdict;
import dev.firstcome.database.Database;
import dev.firstcome.order.Order;
import dev.firstcome.order.Orders;
import dev.firstcome.outbox.OutboxParts;
import dev.firstcome.point.Points;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.util.UUID;
import reactor.core.publisher.Mono;

/** This room for a simulated instance: made of its real classes. */
public final class PaymentParts {

  public final Payments payments;
  private final Cancellations cancellations;

  public PaymentParts(
      Orders orders,
      Points points,
      OutboxParts outbox,
      Database database,
      Clock clock,
      Lanes lanes) {
    payments =
        new Payments(
            rows(),
            new PaymentRepository(),
            orders,
            points,
            outbox.outbox,
            outbox.relay,
            database,
            clock,
            lanes);
    cancellations =
        new Cancellations(orders, points, outbox.outbox, outbox.relay, database, clock, lanes);
  }

  public Mono<Verdict.Done<Order>> cancel(String user, UUID order) {
    return cancellations.cancel(user, order);
  }

  public static UUID idOf(String user, String key) {
    return Payment.idOf(user, key);
  }

  /** What only reads is not simulated. */
  private static PaymentRows rows() {
    return (PaymentRows)
        Proxy.newProxyInstance(
            PaymentRows.class.getClassLoader(),
            new Class<?>[] {PaymentRows.class},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(method.getName());
            });
  }
}
