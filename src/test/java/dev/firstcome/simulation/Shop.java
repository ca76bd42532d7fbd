package dev.firstcome.simulation;

import dev.firstcome.batch.Background;
import dev.firstcome.batch.BatchParts;
import dev.firstcome.batch.LaneSettings;
import dev.firstcome.batch.Lanes;
import dev.firstcome.batch.LoopSettings;
import dev.firstcome.batch.Loops;
import dev.firstcome.cart.CartParts;
import dev.firstcome.consistency.ConsistencyParts;
import dev.firstcome.coupon.CouponParts;
import dev.firstcome.database.Database;
import dev.firstcome.database.DatabaseFailures;
import dev.firstcome.order.OrderParts;
import dev.firstcome.order.OrderSettings;
import dev.firstcome.outbox.OutboxParts;
import dev.firstcome.outbox.OutboxSettings;
import dev.firstcome.payment.PaymentParts;
import dev.firstcome.point.PointParts;
import dev.firstcome.point.Points;
import dev.firstcome.redis.MultiLock;
import dev.firstcome.redis.Redis;
import dev.firstcome.redis.RedisParts;
import dev.firstcome.simulation.PostgresServer.Campaign;
import dev.firstcome.simulation.World.Process;
import dev.firstcome.stock.StockParts;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** One running instance of the shop: its real classes, wired by hand, over simulated stores. */
final class Shop {

  private static final LoopSettings LOOPS =
      new LoopSettings(
          Duration.ofMillis(50),
          Duration.ofMillis(100),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(10));

  final Process process;
  final CouponParts coupons;
  final StockParts stock;
  final OrderParts orders;
  final Points points;
  final PaymentParts payments;
  private final PostgresClient postgres;

  Shop(
      Process process,
      World world,
      Faults faults,
      RedisServer redisServer,
      PostgresServer postgresServer,
      LaneSettings laneSettings,
      OrderSettings orderSettings,
      int partitions) {
    this.process = process;
    Variant variant = postgresServer.variant;
    Clock clock = world.clock();
    Scheduler timers = world.scheduler(process);
    // Without a registry in it, so that nothing is counted and nothing kept.
    CompositeMeterRegistry meters = new CompositeMeterRegistry();
    postgres = new PostgresClient(world, faults, postgresServer, process);
    Database database = variant.database(postgres);
    Loops loops = BatchParts.loops(LOOPS, timers, world::fraction);
    Redis redis =
        RedisParts.redis(
            new RedisClient(world, faults, redisServer, process).commands(), clock, loops, meters);
    Lanes lanes =
        BatchParts.lanes(
            laneSettings, DatabaseFailures::classify, meters, timers, this::endedUnheard);
    Background background = BatchParts.background(meters);
    MultiLock locks =
        RedisParts.locks(
            redis,
            (channel, heard) ->
                redisServer.listen(
                    process,
                    message ->
                        world.after(faults.redisLatency(), process, () -> heard.accept(message))),
            loops,
            background,
            timers,
            meters);
    coupons =
        new CouponParts(
            id -> campaign(world, faults, postgresServer, id),
            redis,
            locks,
            database,
            background,
            lanes,
            loops,
            clock,
            meters);
    stock = new StockParts(partitions, redis, locks, database, background, loops, clock, meters);
    OutboxParts outbox =
        new OutboxParts(
            database,
            clock,
            loops,
            new OutboxSettings(50, Duration.ofSeconds(8), Duration.ofDays(7)),
            meters);
    orders =
        new OrderParts(
            stock,
            coupons.coupons,
            CartParts.carts(database, clock),
            outbox,
            database,
            lanes,
            loops,
            orderSettings,
            clock,
            meters);
    points = PointParts.points(database, clock, lanes);
    payments = new PaymentParts(orders.orders, points, outbox, database, clock, lanes);
    if (variant.compares()) {
      ConsistencyParts.compare(
          stock.comparison, coupons.comparison, laneSettings, clock, loops, meters);
    }
    releasing = variant.releases();
    lanes.start();
    loops.start();
  }

  private final boolean releasing;

  private void endedUnheard(String lane, List<?> batch) {
    if (releasing && lane.equals("coupon")) {
      coupons.release(batch);
    } else if (releasing && lane.equals("order")) {
      stock.release(OrderParts.ids(batch));
    }
  }

  private Mono<dev.firstcome.coupon.Coupon> campaign(
      World world, Faults faults, PostgresServer server, long id) {
    return Mono.create(
        sink ->
            world.after(
                faults.latency(),
                process,
                () -> {
                  Campaign campaign = server.coupons.rows().get(id);
                  if (server.away) {
                    sink.error(Failures.lost());
                  } else if (campaign == null) {
                    sink.success();
                  } else {
                    sink.success(campaign.coupon());
                  }
                }));
  }

  /** Stops between two steps: what it has not sent is never sent. */
  void crash() {
    process.alive = false;
    postgres.died();
  }

  void databaseGone() {
    postgres.serverGone();
  }
}
