package dev.firstcome.database;

import dev.firstcome.batch.Background;
import dev.firstcome.batch.LaneSettings;
import dev.firstcome.batch.Lanes;
import dev.firstcome.batch.Loops;
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
  private final Loops loops;
  private final Background background;
  private final LaneSettings laneSettings;
  private final DatabaseSettings settings;
  private final int poolSize;

  ConnectionBudget(
      Lanes lanes,
      Loops loops,
      Background background,
      LaneSettings laneSettings,
      DatabaseSettings settings,
      R2dbcProperties properties) {
    this.lanes = lanes;
    this.loops = loops;
    this.background = background;
    this.laneSettings = laneSettings;
    this.settings = settings;
    this.poolSize = properties.getPool().getMaxSize();
  }

  /** When every room has opened its lanes and added its loops. */
  @Override
  public void afterSingletonsInstantiated() {
    check(poolSize, lanes.connections(), loops.connections(), background.connections());
    if (settings.answerTimeout().compareTo(laneSettings.deadline()) >= 0) {
      throw new IllegalStateException(
          "firstcome.database.answer-timeout must be below firstcome.lanes.deadline, or a lane gives"
              + " up a batch whose connection it keeps");
    }
  }

  static void check(int poolSize, int lanes, int loops, int loads) {
    int needed = lanes + loops + loads + FOR_READS;
    if (poolSize < needed) {
      throw new IllegalStateException(
          "spring.r2dbc.pool.max-size is %d: lanes (%d, by firstcome.lanes.concurrency), loops (%d),"
                  .formatted(poolSize, lanes, loops)
              + " loads (%d) and reads (%d) need %d".formatted(loads, FOR_READS, needed));
    }
  }
}
