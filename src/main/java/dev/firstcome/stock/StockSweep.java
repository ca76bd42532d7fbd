package dev.firstcome.stock;

import dev.firstcome.batch.Loops;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Settles what was left: reservations whose order ended unheard, because a process died or a
 * connection was lost. The database knows: an order that exists is confirmed, any other released.
 * Every instance sweeps; settling twice is as good as once.
 */
@Component
class StockSweep {

  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /**
   * A reservation older than this belongs to no batch in flight: several times the lanes' deadline.
   * If one should still commit, the gate has been too generous by it, which the database refuses.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int LIMIT = 500;

  private final int partitions;
  private final StockScripts scripts;
  private final StockRepository repository;
  private final Clock clock;
  private final Counter confirmed;
  private final Counter released;

  StockSweep(
      StockSettings settings,
      StockScripts scripts,
      StockRepository repository,
      Clock clock,
      Loops loops,
      MeterRegistry meters) {
    this.partitions = settings.partitions();
    this.scripts = scripts;
    this.repository = repository;
    this.clock = clock;
    this.confirmed = meters.counter("firstcome.sweep", "gate", "stock", "ending", "confirmed");
    this.released = meters.counter("firstcome.sweep", "gate", "stock", "ending", "released");
    loops.add("stock sweep", INTERVAL, Mono.defer(this::sweep));
  }

  /** Settles some of each partition; emits whether there may be more. */
  Mono<Boolean> sweep() {
    return Flux.fromIterable(Partition.all(partitions))
        .concatMap(this::sweep)
        .reduce(false, Boolean::logicalOr);
  }

  private Mono<Boolean> sweep(Partition partition) {
    return scripts
        .heldSince(partition, clock.instant().minus(PATIENCE), LIMIT)
        .flatMap(left -> left.isEmpty() ? Mono.just(false) : settle(partition, left));
  }

  private Mono<Boolean> settle(Partition partition, List<UUID> left) {
    return repository
        .snapshot(List.of(), left)
        .flatMap(
            snapshot -> {
              List<UUID> committed = left.stream().filter(snapshot.orders()::contains).toList();
              List<UUID> unknown = snapshot.without(left);
              confirmed.increment(committed.size());
              released.increment(unknown.size());
              return scripts.settle(partition, committed, unknown, List.of());
            })
        .thenReturn(left.size() == LIMIT);
  }
}
