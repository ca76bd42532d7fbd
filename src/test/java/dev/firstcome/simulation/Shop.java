package dev.firstcome.simulation;

import dev.firstcome.engine.batch.AsideParts;
import dev.firstcome.engine.gate.Gate;
import dev.firstcome.engine.gate.ReconciliationParts;
import dev.firstcome.engine.lane.BatchParts;
import dev.firstcome.engine.lane.LaneSettings;
import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.engine.lock.MultiLock;
import dev.firstcome.engine.outbox.OutboxParts;
import dev.firstcome.engine.outbox.OutboxSettings;
import dev.firstcome.infra.jobs.Background;
import dev.firstcome.infra.jobs.JobSettings;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.DatabaseClock;
import dev.firstcome.infra.postgres.DatabaseParts;
import dev.firstcome.infra.postgres.Failure;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.infra.redis.RedisParts;
import dev.firstcome.shop.cart.CartParts;
import dev.firstcome.shop.coupon.CouponParts;
import dev.firstcome.shop.drop.DropParts;
import dev.firstcome.shop.order.OrderParts;
import dev.firstcome.shop.order.OrderSettings;
import dev.firstcome.shop.payment.PaymentParts;
import dev.firstcome.shop.point.PointParts;
import dev.firstcome.shop.point.Points;
import dev.firstcome.shop.stock.StockParts;
import dev.firstcome.simulation.PostgresServer.StoredCampaign;
import dev.firstcome.simulation.World.Process;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** One running instance of the shop: its real classes, wired by hand, over simulated stores. */
final class Shop {

  private static final JobSettings LOOPS =
      new JobSettings(
          Duration.ofMillis(50),
          Duration.ofMillis(100),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(10));

  private static final Duration SELDOM = Duration.ofSeconds(5);

  /** For what no lane and no loop does: as the shop has it at the least. */
  private static final int READS = 6;

  static final String DEFECT = "no batch meets a defect";

  final Process process;
  private final Variant variant;
  final CouponParts coupons;
  final StockParts stock;
  final DropParts drops;
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
    variant = postgresServer.variant;
    Clock clock = world.clock(() -> process.clockOffset);
    Scheduler timers = world.scheduler(process);
    // Without a registry in it, so that nothing is counted and nothing kept.
    CompositeMeterRegistry meters = new CompositeMeterRegistry();
    postgres = new PostgresClient(world, faults, postgresServer, process);
    Database database = variant.database(postgres);
    boolean drops = !postgresServer.drops.rows().isEmpty();
    PeriodicJobs loops =
        BatchParts.loops(
            LOOPS, timers, world::fraction, (name, interval) -> pace(name, interval, drops));
    Redis redis =
        RedisParts.redis(
            new RedisClient(world, faults, redisServer, process).commands(),
            clock,
            () -> timers.now(TimeUnit.NANOSECONDS),
            loops,
            meters);
    Lanes lanes =
        BatchParts.lanes(laneSettings, variant::kindOf, meters, timers, this::endedUnheard);
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
    LongSupplier nanos = () -> timers.now(TimeUnit.NANOSECONDS);
    DatabaseClock databaseClock = DatabaseParts.clock(database, clock, loops, meters, nanos);
    coupons =
        new CouponParts(
            id -> campaign(world, faults, postgresServer, id),
            redis,
            locks,
            database,
            background,
            lanes,
            databaseClock,
            clock,
            timers,
            meters);
    stock = new StockParts(partitions, redis, locks, database, background, clock, meters);
    this.drops = new DropParts(database, databaseClock, stock.stock, loops, timers);
    List<Gate<?, ?>> gates = List.of(stock.comparison, coupons.comparison);
    ReconciliationParts.sweep(gates, laneSettings, loops, meters);
    AsideParts batches = new AsideParts(database, loops, meters);
    OutboxParts outbox =
        new OutboxParts(
            database,
            batches.runner,
            loops,
            new OutboxSettings(50, Duration.ofSeconds(8), Duration.ofDays(7)),
            nanos,
            meters);
    orders =
        new OrderParts(
            this.drops,
            stock,
            coupons.coupons,
            CartParts.carts(database, clock),
            outbox,
            batches,
            database,
            lanes,
            loops,
            orderSettings,
            nanos,
            meters);
    points = PointParts.points(database, clock, lanes);
    payments = new PaymentParts(orders.orders, points, outbox, database, lanes);
    if (variant.compares()) {
      ReconciliationParts.compare(
          gates, laneSettings, clock, () -> timers.now(TimeUnit.NANOSECONDS), loops, meters);
    }
    releasing = variant.releases();
    if (variant.has(Strain.POOL)) {
      postgres.limit(lanes.connections() + loops.connections() + background.connections() + READS);
    }
    lanes.start();
    loops.start();
  }

  /** What finds nothing to do, turn after turn, is what a history would spend its time on. */
  private static Duration pace(String name, Duration interval, boolean drops) {
    return switch (name) {
      case "drop board" -> drops ? interval : SELDOM;
      case "database clock" -> SELDOM;
      default -> BatchParts.atLeast(Duration.ofSeconds(2), interval);
    };
  }

  private final boolean releasing;
  private final List<String> defects = new ArrayList<>();

  /** What lanes took for defects. */
  List<String> defects() {
    return defects;
  }

  private void endedUnheard(String lane, List<?> batch, Throwable failure) {
    if (variant.kindOf(failure) == Failure.POISONED) {
      defects.add(DEFECT + " of " + lane + ": " + failure);
    }
    if (releasing && lane.equals("coupon")) {
      coupons.release(batch);
    } else if (releasing && lane.equals("order")) {
      stock.release(OrderParts.ids(batch));
    }
  }

  private Mono<dev.firstcome.shop.coupon.Campaign> campaign(
      World world, Faults faults, PostgresServer server, long id) {
    return Mono.create(
        sink ->
            world.after(
                faults.latency(),
                process,
                () -> {
                  StoredCampaign campaign = server.coupons.rows().get(id);
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

  /** For how long somebody has had a connection, in microseconds. */
  long longestTaken() {
    return postgres.longestTaken();
  }

  void databaseGone() {
    postgres.serverGone();
  }
}
