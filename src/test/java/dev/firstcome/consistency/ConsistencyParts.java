package dev.firstcome.consistency;

import dev.firstcome.batch.LaneSettings;
import dev.firstcome.batch.Loops;
import dev.firstcome.coupon.CouponComparison;
import dev.firstcome.stock.StockComparison;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;

/** This room for a simulated instance: made of its real classes. */
public final class ConsistencyParts {

  private ConsistencyParts() {}

  public static void compare(
      StockComparison stock,
      CouponComparison coupons,
      LaneSettings lanes,
      Clock clock,
      Loops loops,
      MeterRegistry meters) {
    ConsistencySettings settings = new ConsistencySettings(Duration.ofSeconds(5), 500);
    new Consistency(stock, coupons, settings, lanes, clock, loops, meters);
  }
}
