package dev.firstcome.engine.lane;

import dev.firstcome.infra.jobs.Background;
import dev.firstcome.infra.jobs.PeriodicJobs;
import java.util.Locale;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcProperties;
import org.springframework.stereotype.Component;

/**
 * Refuses to start a shop whose lanes, loops and loads could take every connection at once: reads
 * are to be served while writes queue. Each takes one at a time.
 */
@Component
class ConnectionBudget implements SmartInitializingSingleton {

  /** Connections that nothing else can take: for reads, carts and administration. */
  private static final int FOR_READS = 6;

  private final Lanes lanes;
  private final PeriodicJobs loops;
  private final Background background;
  private final int poolSize;

  ConnectionBudget(
      Lanes lanes, PeriodicJobs loops, Background background, R2dbcProperties properties) {
    this.lanes = lanes;
    this.loops = loops;
    this.background = background;
    this.poolSize = properties.getPool().getMaxSize();
  }

  /** When every room has opened its lanes and added its loops. */
  @Override
  public void afterSingletonsInstantiated() {
    check(poolSize, lanes.connections(), loops.connections(), background.connections());
  }

  static void check(int poolSize, int lanes, int loops, int loads) {
    int needed = lanes + loops + loads + FOR_READS;
    if (poolSize < needed) {
      throw new IllegalStateException(
          String.format(
                  Locale.ROOT,
                  "spring.r2dbc.pool.max-size is %d: lanes (%d, by firstcome.lanes.concurrency), loops (%d),",
                  poolSize,
                  lanes,
                  loops)
              + String.format(
                  Locale.ROOT, " loads (%d) and reads (%d) need %d", loads, FOR_READS, needed));
    }
  }
}
