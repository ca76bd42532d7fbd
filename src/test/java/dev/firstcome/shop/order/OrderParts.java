package dev.firstcome.shop.order;

import dev.firstcome.engine.batch.AsideParts;
import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.engine.outbox.OutboxParts;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.shop.cart.Carts;
import dev.firstcome.shop.coupon.Coupons;
import dev.firstcome.shop.drop.DropParts;
import dev.firstcome.shop.line.Admissions;
import dev.firstcome.shop.line.LineParts;
import dev.firstcome.shop.order.Placing.PlaceOrder;
import dev.firstcome.shop.stock.StockParts;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** This room for a simulated instance: made of its real classes. */
public final class OrderParts {

  public final Orders orders;

  public OrderParts(
      DropParts drops,
      StockParts stock,
      Coupons coupons,
      Carts carts,
      OutboxParts outbox,
      AsideParts batches,
      Database database,
      Lanes lanes,
      PeriodicJobs loops,
      OrderSettings settings,
      LongSupplier nanos,
      MeterRegistry meters) {
    RefundSql refunds = new RefundSql();
    OrderSql repository = new OrderSql(database, refunds);
    OrderClosing closing =
        new OrderClosing(
            repository, refunds, stock.stock, coupons, outbox.outbox, outbox.relay, settings);
    PurchaseSql purchases = new PurchaseSql();
    Admissions admissions = LineParts.admissions(database);
    OrderBatch batch =
        new OrderBatch(
            stock.gate,
            stock.stock,
            drops.offers,
            new ShutDrops(drops.board, admissions, repository),
            admissions,
            new PurchaseLimits(purchases, settings),
            coupons,
            repository,
            carts,
            outbox.outbox,
            outbox.relay,
            database,
            settings);
    orders =
        new Orders(
            repository,
            refunds,
            batch,
            closing,
            database,
            drops.offers,
            purchases,
            drops.refusals,
            lanes);
    new OrderExpiry(
        repository, closing, settings, batches.runner, batches.aside, loops, meters, nanos);
    outbox.connect(new ReturnedStock(outbox.exactlyOnce, repository, stock.gate));
  }

  public Mono<Verdict.Done<Order>> place(
      String user, String key, SortedMap<Long, Long> units, @Nullable UUID issuedCoupon) {
    return orders.place(user, key, units, issuedCoupon, null);
  }

  /** What its user is shown of it. */
  public Mono<Order.Status> look(String user, UUID order) {
    return orders.find(order, user).map(found -> OrderBody.of(found).status());
  }

  public static UUID idOf(String user, String key) {
    return PlaceOrder.of(user, key, new TreeMap<>(), null, null).id();
  }

  public static List<UUID> ids(List<?> batch) {
    return batch.stream().map(wish -> ((PlaceOrder) wish).id()).toList();
  }
}
