package dev.firstcome.engine.gate;

import dev.firstcome.engine.lane.LaneSettings;
import dev.firstcome.infra.jobs.PeriodicJobs;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Settles what was left at the gates: held for a request that ended unheard, because a process died
 * or a connection was lost. The database knows: what it has is confirmed, anything else released.
 * Every instance sweeps.
 */
@Component
public class GateSweeps {

  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private static final int LIMIT = 500;

  private final Duration patience;
  private final Map<String, Mono<Boolean>> sweeps = new HashMap<>();

  GateSweeps(List<Gate<?, ?>> gates, LaneSettings lanes, PeriodicJobs jobs, MeterRegistry meters) {
    this.patience = lanes.settledAfter();
    for (Gate<?, ?> gate : gates) {
      Mono<Boolean> sweep = new Sweep<>(gate, meters).all();
      sweeps.put(gate.name(), sweep);
      jobs.add(gate.name() + " sweep", INTERVAL, sweep);
    }
  }

  /** Settles some of each part of a gate; emits whether there may be more. */
  public Mono<Boolean> sweep(String gate) {
    return sweeps.getOrDefault(gate, Mono.just(false));
  }

  private final class Sweep<P, H> {

    private final Gate<P, H> gate;
    private final Counter confirmed;
    private final Counter released;

    Sweep(Gate<P, H> gate, MeterRegistry meters) {
      this.gate = gate;
      this.confirmed = counter("confirmed", meters);
      this.released = counter("released", meters);
    }

    private Counter counter(String ending, MeterRegistry meters) {
      return meters.counter("firstcome.sweep", "gate", gate.name(), "ending", ending);
    }

    Mono<Boolean> all() {
      return Flux.defer(() -> Flux.fromIterable(gate.parts()))
          // One that cannot be swept holds up no other.
          .concatMapDelayError(this::part)
          .reduce(false, Boolean::logicalOr);
    }

    private Mono<Boolean> part(P part) {
      return gate.left(part, patience, LIMIT)
          .flatMap(left -> left.isEmpty() ? Mono.just(false) : settle(part, left));
    }

    private Mono<Boolean> settle(P part, List<H> left) {
      return gate.committed(part, left)
          .flatMap(
              there -> {
                List<H> others = left.stream().filter(held -> !there.contains(held)).toList();
                confirmed.increment(there.size());
                released.increment(others.size());
                return gate.settle(part, List.copyOf(there), others);
              })
          .thenReturn(left.size() == LIMIT);
    }
  }
}
