package dev.firstcome.stock;

import dev.firstcome.batch.Background;
import dev.firstcome.batch.BatchParts;
import dev.firstcome.batch.LoopSettings;
import dev.firstcome.batch.Loops;
import dev.firstcome.database.Database;
import dev.firstcome.redis.MultiLock;
import dev.firstcome.redis.Redis;
import dev.firstcome.stock.StockHandler.Line;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** This room for a simulated instance: made of its real classes. */
public final class StockParts {

  public final StockGate gate;
  public final Stock stock;
  public final StockComparison comparison;
  private final StockSettings settings;
  private final StockScripts scripts;
  private final StockAdjustments adjustments;

  public StockParts(
      int partitions,
      Redis redis,
      MultiLock locks,
      Database database,
      Background background,
      Loops loops,
      Clock clock,
      MeterRegistry meters) {
    settings = new StockSettings(partitions);
    scripts = new StockScripts(redis);
    StockRepository repository = new StockRepository(database);
    gate = new StockGate(settings, scripts, repository, locks, background, clock, meters);
    stock = new Stock(repository);
    comparison = new StockComparison(settings, scripts, repository, clock);
    new StockSweep(settings, scripts, repository, clock, loops, meters);
    adjustments = new StockAdjustments(gate, locks, database, clock);
  }

  public Mono<Map<Long, Long>> adjust(long product, long delta) {
    return adjustments.adjust(List.of(new Line(product, delta)), "simulated", "admin");
  }

  /** Broken on purpose: takes orders whose end is unknown for refused ones. */
  public void release(List<UUID> orders) {
    Partition.all(settings.partitions())
        .forEach(partition -> scripts.settle(partition, List.of(), orders, List.of()).subscribe());
  }

  /** Once, and not by itself. */
  static Mono<Boolean> sweep(
      StockSettings settings, StockScripts scripts, StockRepository repository, Clock clock) {
    Loops never =
        BatchParts.loops(
            new LoopSettings(
                Duration.ZERO,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1)),
            Schedulers.immediate(),
            () -> 0);
    return new StockSweep(settings, scripts, repository, clock, never, new CompositeMeterRegistry())
        .sweep();
  }
}
