package dev.firstcome.consistency;

import dev.firstcome.batch.LaneSettings;
import dev.firstcome.batch.Loops;
import dev.firstcome.coupon.CouponComparison;
import dev.firstcome.redis.Look.Compared;
import dev.firstcome.stock.StockComparison;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Compares everything again and again, on every instance: two that look at the same product at once
 * disturb each other's look and nothing else.
 */
@Component
class Consistency {

  private static final Logger log = LoggerFactory.getLogger(Consistency.class);

  private final GateWalk stock;
  private final GateWalk coupons;
  private final Clock clock;
  private volatile boolean stockWalked;
  private volatile Report latest = new Report(null, List.of(), List.of(), 0);

  Consistency(
      StockComparison stock,
      CouponComparison coupons,
      ConsistencySettings settings,
      LaneSettings lanes,
      Clock clock,
      Loops loops,
      MeterRegistry meters) {
    Duration patience = lanes.deadline();
    int batch = settings.batch();
    this.stock = new GateWalk("stock", stock::look, batch, patience, clock, meters);
    this.coupons = new GateWalk("coupon", coupons::look, batch, patience, clock, meters);
    this.clock = clock;
    TimeGauge.builder("firstcome.consistency.age", this, TimeUnit.SECONDS, Consistency::age)
        .description("since everything was compared; NaN if it never was")
        .register(meters);
    loops.add("consistency", settings.interval(), Mono.defer(this::turn));
  }

  /**
   * One comparison of everything.
   *
   * @param checkedAt when it was over; null before the first
   * @param stock by product, and coupons by campaign, at most {@link Pass#MOST} each, those that
   *     differed first; what moved meanwhile is missing
   * @param repaired how many were corrected
   */
  record Report(
      @Nullable Instant checkedAt, List<Compared> stock, List<Compared> coupons, int repaired) {}

  Report latest() {
    return latest;
  }

  /** One look; emits whether there is more to look at. A comparison that fails begins anew. */
  Mono<Boolean> turn() {
    return (stockWalked ? coupons : stock).step().map(this::goOn).doOnError(away -> begin());
  }

  private boolean goOn(boolean walked) {
    if (walked && stockWalked) {
      report(stock.finish(), coupons.finish());
      stockWalked = false;
      return false;
    }
    stockWalked = stockWalked || walked;
    return true;
  }

  private void report(Pass stock, Pass coupons) {
    int repaired = stock.repaired() + coupons.repaired();
    if (repaired > 0) {
      log.warn("repaired: {} products, {} campaigns", stock.repaired(), coupons.repaired());
    }
    latest = new Report(clock.instant(), stock.entries(), coupons.entries(), repaired);
  }

  private void begin() {
    stockWalked = false;
    stock.begin();
    coupons.begin();
  }

  private double age() {
    Instant checked = latest.checkedAt;
    return checked == null
        ? Double.NaN
        : Duration.between(checked, clock.instant()).toMillis() / 1000.0;
  }
}
