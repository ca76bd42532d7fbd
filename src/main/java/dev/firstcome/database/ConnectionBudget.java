package dev.firstcome.database;

import dev.firstcome.batch.LaneSettings;
import dev.firstcome.batch.Lanes;
import dev.firstcome.batch.Loops;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcProperties;
import org.springframework.stereotype.Component;

/**
 * Refuses to start a shop whose lanes and loops could take every connection at once: reads are to
 * be served while writes queue.
 */
@Component
class ConnectionBudget implements SmartInitializingSingleton {

  /** Connections that neither lanes nor loops can take: for reads, and for loading gates. */
  private static final int FOR_READS = 8;

  private final Lanes lanes;
  private final Loops loops;
  private final LaneSettings laneSettings;
  private final DatabaseSettings settings;
  private final int poolSize;

  ConnectionBudget(
      Lanes lanes,
      Loops loops,
      LaneSettings laneSettings,
      DatabaseSettings settings,
      R2dbcProperties properties) {
    this.lanes = lanes;
    this.loops = loops;
    this.laneSettings = laneSettings;
    this.settings = settings;
    this.poolSize = properties.getPool().getMaxSize();
  }

  /** When every room has opened its lanes and added its loops. */
  @Override
  public void afterSingletonsInstantiated() {
    check(poolSize, lanes.connections(), loops.connections());
    if (settings.answerTimeout().compareTo(laneSettings.deadline()) >= 0) {
      throw new IllegalStateException(
          "firstcome.database.answer-timeout must be below firstcome.lanes.deadline, or a lane gives"
              + " up a batch whose connection it keeps");
    }
  }

  static void check(int poolSize, int lanes, int loops) {
    int needed = lanes + loops + FOR_READS;
    if (poolSize < needed) {
      throw new IllegalStateException(
          "spring.r2dbc.pool.max-size is %d: lanes (%d, by firstcome.lanes.concurrency), loops (%d)"
                  .formatted(poolSize, lanes, loops)
              + " and reads (%d) need %d".formatted(FOR_READS, needed));
    }
  }
}
