package dev.firstcome.engine.gate;

import dev.firstcome.engine.gate.DriftPage.Compared;
import dev.firstcome.engine.lane.LaneSettings;
import dev.firstcome.infra.jobs.PeriodicJobs;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Compares every gate again and again, on every instance: two that look at the same product at once
 * disturb each other's look and nothing else.
 */
@Component
public class Reconciliation {

  private static final Logger log = LoggerFactory.getLogger(Reconciliation.class);

  private final List<Reconciler> gates;
  private final Clock clock;
  private final LongSupplier nanos;
  private volatile int walked;
  private volatile long checkedAt;

  /** Whether a gate could not be looked at in this round. */
  private volatile boolean incomplete;

  private volatile Report latest = new Report(null, Map.of(), 0);

  /**
   * @param clock for what is shown
   * @param nanos a clock that never goes back
   */
  Reconciliation(
      List<Gate<?, ?>> gates,
      ReconciliationSettings settings,
      LaneSettings lanes,
      Clock clock,
      LongSupplier nanos,
      PeriodicJobs jobs,
      MeterRegistry meters) {
    Duration patience = lanes.settledAfter();
    this.gates =
        gates.stream()
            .map(gate -> new Reconciler(gate, settings.batch(), patience, nanos, meters))
            .toList();
    this.clock = clock;
    this.nanos = nanos;
    TimeGauge.builder("firstcome.consistency.age", this, TimeUnit.SECONDS, Reconciliation::age)
        .description("since everything was compared; NaN if it never was")
        .register(meters);
    jobs.add("consistency", settings.interval(), Mono.defer(this::turn));
  }

  /**
   * One comparison of everything.
   *
   * @param checkedAt when it was over; null before the first
   * @param compared by gate, at most {@link DriftReport#MOST} each, those that differed first; what
   *     moved meanwhile is missing
   * @param repaired how many were corrected
   */
  public record Report(
      @Nullable Instant checkedAt, Map<String, List<Compared>> compared, int repaired) {

    public List<Compared> of(String gate) {
      return compared.getOrDefault(gate, List.of());
    }
  }

  public Report latest() {
    return latest;
  }

  /**
   * One look; emits whether there is more to look at. A gate that cannot be looked at holds up the
   * others in nothing: the next is looked at, and no result is told.
   */
  public Mono<Boolean> turn() {
    return gates.get(walked).step().map(this::goOn).doOnError(away -> skip());
  }

  private void skip() {
    gates.get(walked).begin();
    boolean last = walked == gates.size() - 1;
    incomplete = !last;
    walked = last ? 0 : walked + 1;
  }

  private boolean goOn(boolean whole) {
    if (whole && walked == gates.size() - 1) {
      if (incomplete) {
        begin();
      } else {
        report();
        walked = 0;
      }
      return false;
    }
    // Also if a step that was given up ends beside the next one.
    walked = Math.min(walked + (whole ? 1 : 0), gates.size() - 1);
    return true;
  }

  private void report() {
    Map<String, List<Compared>> compared = new HashMap<>();
    int repaired = 0;
    for (Reconciler gate : gates) {
      DriftReport whole = gate.finish();
      compared.put(gate.name(), whole.entries());
      repaired += whole.repaired();
      if (whole.repaired() > 0) {
        log.warn("repaired at the {} gate: {}", gate.name(), whole.repaired());
      }
    }
    checkedAt = nanos.getAsLong();
    latest = new Report(clock.instant(), compared, repaired);
  }

  private void begin() {
    walked = 0;
    incomplete = false;
    gates.forEach(Reconciler::begin);
  }

  private double age() {
    return latest.checkedAt == null ? Double.NaN : (nanos.getAsLong() - checkedAt) / 1e9;
  }
}
