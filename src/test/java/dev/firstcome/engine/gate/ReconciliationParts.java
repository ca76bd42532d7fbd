package dev.firstcome.engine.gate;

import dev.firstcome.engine.lane.BatchParts;
import dev.firstcome.engine.lane.LaneSettings;
import dev.firstcome.infra.jobs.PeriodicJobs;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import reactor.core.publisher.Mono;

/** This room for a simulated instance: made of its real classes. */
public final class ReconciliationParts {

  private ReconciliationParts() {}

  public static void compare(
      List<Gate<?, ?>> gates,
      LaneSettings lanes,
      Clock clock,
      LongSupplier nanos,
      PeriodicJobs loops,
      MeterRegistry meters) {
    ReconciliationSettings settings = new ReconciliationSettings(Duration.ofSeconds(5), 500);
    new Reconciliation(gates, settings, lanes, clock, nanos, loops, meters);
  }

  public static void sweep(
      List<Gate<?, ?>> gates, LaneSettings lanes, PeriodicJobs loops, MeterRegistry meters) {
    new GateSweeps(gates, lanes, loops, meters);
  }

  /** Once, and not by itself. */
  public static Mono<Boolean> sweep(Gate<?, ?> gate, LaneSettings lanes) {
    return new GateSweeps(List.of(gate), lanes, BatchParts.loops(), new CompositeMeterRegistry())
        .sweep(gate.name());
  }
}
