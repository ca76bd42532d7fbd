package dev.firstcome.stock;

import dev.firstcome.batch.Background;
import dev.firstcome.batch.Loops;
import dev.firstcome.database.Database;
import dev.firstcome.redis.MultiLock;
import dev.firstcome.redis.Redis;
import dev.firstcome.stock.StockHandler.Line;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import reactor.core.publisher.Mono;

/** This room for a simulated instance: made of its real classes. */
public final class StockParts {

  public final StockGate gate;
  public final Stock stock;
  public final StockComparison comparison;
  private final StockScripts scripts;
  private final StockAdjustments adjustments;

  public StockParts(
      Redis redis,
      MultiLock locks,
      Database database,
      Background background,
      Loops loops,
      Clock clock,
      MeterRegistry meters) {
    scripts = new StockScripts(redis);
    StockRepository repository = new StockRepository(database);
    gate = new StockGate(scripts, repository, locks, background, clock, meters);
    stock = new Stock(repository);
    comparison = new StockComparison(scripts, repository, clock);
    new StockSweep(scripts, repository, clock, loops, meters);
    adjustments = new StockAdjustments(gate, locks, database, clock);
  }

  public Mono<Map<Long, Long>> adjust(long product, long delta) {
    return adjustments.adjust(List.of(new Line(product, delta)), "simulated", "admin");
  }

  /** Broken on purpose: takes orders whose end is unknown for refused ones. */
  public void release(List<UUID> orders) {
    scripts.settle(List.of(), orders, List.of()).subscribe();
  }
}
