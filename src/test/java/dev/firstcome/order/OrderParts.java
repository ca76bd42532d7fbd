package dev.firstcome.order;

import dev.firstcome.batch.Lanes;
import dev.firstcome.batch.Loops;
import dev.firstcome.batch.Verdict;
import dev.firstcome.cart.Carts;
import dev.firstcome.coupon.Coupons;
import dev.firstcome.database.Database;
import dev.firstcome.order.Placing.Wish;
import dev.firstcome.outbox.OutboxParts;
import dev.firstcome.stock.StockParts;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** This room for a simulated instance: made of its real classes. */
public final class OrderParts {

  public final Orders orders;

  public OrderParts(
      StockParts stock,
      Coupons coupons,
      Carts carts,
      OutboxParts outbox,
      Database database,
      Lanes lanes,
      Loops loops,
      OrderSettings settings,
      Clock clock,
      MeterRegistry meters) {
    OrderRepository repository = new OrderRepository(database);
    OrderClosing closing =
        new OrderClosing(repository, stock.stock, coupons, outbox.outbox, outbox.relay, settings);
    OrderBatch batch =
        new OrderBatch(
            stock.gate,
            stock.stock,
            coupons,
            repository,
            carts,
            outbox.outbox,
            outbox.relay,
            database,
            settings);
    orders = new Orders(repository, batch, closing, clock, lanes);
    new OrderExpiry(repository, closing, settings, database, clock, loops, meters);
    outbox.connect(new ReturnedStock(outbox.exactlyOnce, repository, stock.gate));
  }

  public Mono<Verdict.Done<Order>> place(
      String user, String key, SortedMap<Long, Long> units, @Nullable UUID issuedCoupon) {
    return orders.place(user, key, units, issuedCoupon);
  }

  public static UUID idOf(String user, String key) {
    return Wish.of(user, key, new TreeMap<>(), null, Instant.EPOCH).id();
  }

  public static List<UUID> ids(List<?> batch) {
    return batch.stream().map(wish -> ((Wish) wish).id()).toList();
  }
}
