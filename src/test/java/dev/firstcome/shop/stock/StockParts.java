package dev.firstcome.shop.stock;

import dev.firstcome.engine.lock.MultiLock;
import dev.firstcome.infra.jobs.Background;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.shop.audit.AdminReply;
import dev.firstcome.shop.audit.AdminRequest;
import dev.firstcome.shop.audit.AuditParts;
import dev.firstcome.shop.stock.StockHandler.Adjustment;
import dev.firstcome.shop.stock.StockHandler.Line;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import reactor.core.publisher.Mono;

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
      Clock clock,
      MeterRegistry meters) {
    settings = new StockSettings(partitions);
    scripts = new StockScripts(redis);
    StockSql repository = new StockSql(database);
    gate = new StockGate(settings, scripts, repository, locks, background, meters);
    stock = new Stock(repository);
    comparison = new StockComparison(settings, scripts, repository);
    adjustments = new StockAdjustments(gate, locks, AuditParts.writes(database), clock);
  }

  public Mono<AdminReply> adjust(long product, long delta, String key) {
    return adjustments.adjust(request(product, delta, key), adjustment(product, delta));
  }

  /** The name that the shop gives to it. */
  public static UUID idOf(long product, long delta, String key) {
    return request(product, delta, key).id();
  }

  private static AdminRequest request(long product, long delta, String key) {
    return new AdminRequest("admin", "stock.adjust", "", key, "trace", adjustment(product, delta));
  }

  private static Adjustment adjustment(long product, long delta) {
    return new Adjustment(List.of(new Line(product, delta)), "simulated");
  }

  /** Broken on purpose: takes orders whose end is unknown for refused ones. */
  public void release(List<UUID> orders) {
    Partition.all(settings.partitions())
        .forEach(partition -> scripts.settle(partition, List.of(), orders, List.of()).subscribe());
  }
}
