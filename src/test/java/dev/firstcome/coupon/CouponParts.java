package dev.firstcome.coupon;

import dev.firstcome.batch.Background;
import dev.firstcome.batch.Lanes;
import dev.firstcome.batch.Loops;
import dev.firstcome.coupon.Issuing.Ask;
import dev.firstcome.database.Database;
import dev.firstcome.redis.MultiLock;
import dev.firstcome.redis.Redis;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.LongFunction;
import reactor.core.publisher.Mono;

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
      LongFunction<Mono<Coupon>> campaigns,
      Redis redis,
      MultiLock locks,
      Database database,
      Background background,
      Lanes lanes,
      Loops loops,
      Clock clock,
      MeterRegistry meters) {
    scripts = new CouponScripts(redis);
    CouponRepository repository = new CouponRepository(database);
    gate = new CouponGate(scripts, repository, locks, background, meters);
    coupons = new Coupons(rows(campaigns), repository, gate, database, clock, lanes);
    comparison = new CouponComparison(coupons, scripts, repository);
    new CouponSweep(coupons, scripts, repository, clock, loops, meters);
  }

  public void load(Coupon coupon) {
    gate.load(coupon).subscribe();
  }

  public static UUID idOf(long couponId, String userId) {
    return IssuedCoupon.idOf(couponId, userId);
  }

  /** Broken on purpose: takes a batch whose end is unknown for one that was refused. */
  public void release(List<?> batch) {
    for (Object each : batch) {
      Ask ask = (Ask) each;
      scripts.settle(ask.coupon().id(), List.of(), List.of(ask.userId()), false).subscribe();
    }
  }

  static CouponRows rows(LongFunction<Mono<Coupon>> campaigns) {
    return (CouponRows)
        Proxy.newProxyInstance(
            CouponRows.class.getClassLoader(),
            new Class<?>[] {CouponRows.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("findById")) {
                throw new UnsupportedOperationException(method.getName());
              }
              return campaigns.apply((Long) arguments[0]).map(CouponParts::row);
            });
  }

  private static CouponRow row(Coupon c) {
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
        Instant.EPOCH);
  }
}
