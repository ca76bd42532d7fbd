package dev.firstcome.demo.page;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;

/** How much this instance does, read from the meters that it keeps anyway. */
@Component
@ConditionalOnProperty("firstcome.page.enabled")
class TrafficMeters {

  static final String REQUESTS = "http.server.requests";
  static final String REFUSALS = "firstcome.refusals";

  private static final String ORDERS = "/api/v1/orders";
  private static final String COUPONS = "/api/v1/coupons/{id}/issue";
  private static final String PAYMENTS = "/api/v1/payments";
  private static final Set<String> HOT = Set.of(ORDERS, COUPONS, PAYMENTS);

  /** Rates over less would jump; this is below the shortest period of a stream but one. */
  private static final long LEAST_NANOS = 200_000_000;

  /** What was counted before a pause so long is no rate of this moment. */
  private static final long MOST_NANOS = 10_000_000_000L;

  private final MeterRegistry meters;
  private final LongSupplier nanoTime;
  private @Nullable Sample last;
  private Figures figures = new Figures(0, 0, 0, 0, 0, null, null, List.of());

  @Autowired
  TrafficMeters(MeterRegistry meters) {
    this(meters, System::nanoTime);
  }

  TrafficMeters(MeterRegistry meters, LongSupplier nanoTime) {
    this.meters = meters;
    this.nanoTime = nanoTime;
  }

  /**
   * Rates are answers a second.
   *
   * @param p50Millis of the slowest of those of the three hot calls that were well answered within
   *     the last ten seconds; null if none was
   * @param refusals by code, the most frequent first, since the start
   */
  record Figures(
      long requests,
      long orders,
      long coupons,
      long payments,
      long refused,
      @Nullable Double p50Millis,
      @Nullable Double p99Millis,
      List<Code> refusals) {}

  record Code(String code, long count) {}

  private record Sample(
      long nanos, long requests, long orders, long coupons, long payments, long refused) {}

  synchronized Figures now() {
    long now = nanoTime.getAsLong();
    Sample before = last;
    if (before != null && now - before.nanos < LEAST_NANOS) {
      return figures;
    }
    Collection<Timer> timers = meters.find(REQUESTS).timers();
    List<Code> codes = codes();
    Sample sample = sample(now, timers, codes);
    last = sample;
    Sample base = before == null || now - before.nanos > MOST_NANOS ? sample : before;
    double seconds = Math.max(1, sample.nanos - base.nanos) / 1e9;
    figures =
        new Figures(
            rate(base.requests, sample.requests, seconds),
            rate(base.orders, sample.orders, seconds),
            rate(base.coupons, sample.coupons, seconds),
            rate(base.payments, sample.payments, seconds),
            rate(base.refused, sample.refused, seconds),
            slowest(timers, 0.5),
            slowest(timers, 0.99),
            codes);
    return figures;
  }

  private static long rate(long before, long after, double seconds) {
    return Math.round((after - before) / seconds);
  }

  private static Sample sample(long now, Collection<Timer> timers, List<Code> codes) {
    return new Sample(
        now,
        count(timers, timer -> true),
        count(timers, timer -> isGood(timer, ORDERS)),
        count(timers, timer -> isGood(timer, COUPONS)),
        count(timers, timer -> isGood(timer, PAYMENTS)),
        codes.stream().mapToLong(Code::count).sum());
  }

  private static long count(Collection<Timer> timers, Predicate<Timer> which) {
    return timers.stream().filter(which).mapToLong(Timer::count).sum();
  }

  private static boolean isGood(Timer timer, String path) {
    return path.equals(timer.getId().getTag("uri"))
        && "POST".equals(timer.getId().getTag("method"))
        && "201".equals(timer.getId().getTag("status"));
  }

  private List<Code> codes() {
    return meters.find(REFUSALS).counters().stream()
        .map(TrafficMeters::code)
        .filter(code -> code.count > 0)
        .sorted((a, b) -> Long.compare(b.count, a.count))
        .toList();
  }

  private static Code code(Counter counter) {
    String name = counter.getId().getTag("code");
    return new Code(name == null ? "" : name, (long) counter.count());
  }

  private static @Nullable Double slowest(Collection<Timer> timers, double percentile) {
    double most =
        timers.stream()
            .filter(timer -> HOT.stream().anyMatch(path -> isGood(timer, path)))
            .mapToDouble(timer -> millis(timer, percentile))
            .max()
            .orElse(0);
    return most > 0 ? Math.round(most * 10) / 10.0 : null;
  }

  private static double millis(Timer timer, double percentile) {
    for (ValueAtPercentile value : timer.takeSnapshot().percentileValues()) {
      if (value.percentile() == percentile) {
        return value.value(TimeUnit.MILLISECONDS);
      }
    }
    return 0;
  }

  /** Has the timers of the hot calls keep their percentiles, where there is somebody to look. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnProperty("firstcome.page.enabled")
  static class Percentiles {

    @Bean
    static MeterFilter percentilesOfHotCalls() {
      return new MeterFilter() {
        @Override
        public DistributionStatisticConfig configure(
            Meter.Id id, DistributionStatisticConfig config) {
          String path = id.getTag("uri");
          return id.getName().equals(REQUESTS) && path != null && HOT.contains(path)
              ? RECENT.merge(config)
              : config;
        }
      };
    }

    private static final DistributionStatisticConfig RECENT =
        DistributionStatisticConfig.builder()
            .percentiles(0.5, 0.99)
            .expiry(Duration.ofSeconds(10))
            .bufferLength(5)
            .build();
  }
}
