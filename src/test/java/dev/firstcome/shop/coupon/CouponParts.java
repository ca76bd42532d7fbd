package dev.firstcome.shop.coupon;

import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.engine.lock.MultiLock;
import dev.firstcome.infra.jobs.Background;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.DatabaseClock;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.shop.coupon.Issuing.IssueCoupon;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** This room for a simulated instance: made of its real classes. */
public final class CouponParts {

  public final Coupons coupons;
  public final CouponComparison comparison;
  private final CouponScripts scripts;
  private final CouponGate gate;

  /**
   * @param campaigns finds a campaign by its id, as Spring Data's repository does
   */
  public CouponParts(
      LongFunction<Mono<Campaign>> campaigns,
      Redis redis,
      MultiLock locks,
      Database database,
      Background background,
      Lanes lanes,
      DatabaseClock databaseClock,
      Clock clock,
      Scheduler timers,
      MeterRegistry meters) {
    scripts = new CouponScripts(redis);
    CouponSql repository = new CouponSql(database);
    gate = new CouponGate(scripts, repository, locks, background, meters);
    coupons =
        new Coupons(
            rows(campaigns),
            repository,
            gate,
            database,
            databaseClock,
            lanes,
            timers,
            () -> timers.now(TimeUnit.NANOSECONDS));
    comparison = new CouponComparison(coupons, scripts, repository);
  }

  public void load(Campaign coupon) {
    gate.load(coupon).subscribe();
  }

  public static UUID idOf(long couponId, String userId) {
    return IssuedCoupon.idOf(couponId, userId);
  }

  /** Broken on purpose: takes a batch whose end is unknown for one that was refused. */
  public void release(List<?> batch) {
    for (Object each : batch) {
      IssueCoupon ask = (IssueCoupon) each;
      scripts.settle(ask.coupon().id(), List.of(), List.of(ask.userId()), false).subscribe();
    }
  }

  static CouponRepository rows(LongFunction<Mono<Campaign>> campaigns) {
    return (CouponRepository)
        Proxy.newProxyInstance(
            CouponRepository.class.getClassLoader(),
            new Class<?>[] {CouponRepository.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("findById")) {
                throw new UnsupportedOperationException(method.getName());
              }
              return campaigns.apply((Long) arguments[0]).map(CouponParts::row);
            });
  }

  private static CouponRow row(Campaign c) {
    return new CouponRow(
        c.id(),
        c.name(),
        c.discount().type(),
        c.discount().value(),
        c.discount().maxAmount(),
        c.minOrderAmount(),
        c.totalQuantity(),
        0,
        c.issuableFrom(),
        c.issuableUntil(),
        c.validUntil(),
        c.paused(),
        Instant.EPOCH,
        1);
  }
}
