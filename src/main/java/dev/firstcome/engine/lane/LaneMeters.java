package dev.firstcome.engine.lane;

import dev.firstcome.engine.lane.LockedRows.Row;
import dev.firstcome.infra.observe.LogLimit;
import dev.firstcome.infra.observe.Timers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a lane counts, and what it writes into the log: once a second however much goes wrong. */
final class LaneMeters {

  private static final Logger log = LoggerFactory.getLogger(BatchLane.class);

  private final LogLimit lockedLog = new LogLimit(log);
  private final LogLimit unavailableLog = new LogLimit(log);
  private final LogLimit failedLog = new LogLimit(log);
  private final String lane;
  private final MeterRegistry meters;
  private final Counter refused;
  private final Counter locked;
  private final DistributionSummary sizes;
  private final Timer durations;
  private final Timer commits;

  LaneMeters(String lane, MeterRegistry meters) {
    this.lane = lane;
    this.meters = meters;
    this.refused =
        counter("firstcome.lane.refused", "commands refused: too many waited, or for too long");
    this.locked = counter("firstcome.lane.locked", "commands refused: somebody held their rows");
    this.sizes = meters.summary("firstcome.lane.batch.size", "lane", lane);
    this.durations =
        Timers.timer(
            meters, "firstcome.lane.batch.duration", "one batch, all its stages", "lane", lane);
    this.commits =
        Timers.timer(
            meters,
            "firstcome.lane.commit",
            "one transaction, connection and commit included",
            "lane",
            lane);
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).tag("lane", lane).register(meters);
  }

  void gauge(String name, String description, Object owner, DoubleSupplier value) {
    Gauge.builder(name, owner, any -> value.getAsDouble())
        .description(description)
        .tag("lane", lane)
        .register(meters);
  }

  /** Of its transactions. */
  Timer commits() {
    return commits;
  }

  void left(int commands) {
    sizes.record(commands);
  }

  void landed(long nanos) {
    durations.record(nanos, TimeUnit.NANOSECONDS);
  }

  void refused(int commands) {
    refused.increment(commands);
  }

  void locked(int commands, Set<Row> rows) {
    locked.increment(commands);
    lockedLog.warn("lane {}: refused {} commands, somebody holds {}", lane, commands, rows);
  }

  void unavailable(Throwable failure) {
    unavailableLog.warn("lane {}: store unavailable: {}", lane, failure.toString());
  }

  void failed(Throwable failure) {
    failedLog.error("lane {}: a command failed", lane, failure);
  }
}
