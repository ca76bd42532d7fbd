package dev.firstcome.engine.lane;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The limits of every batch lane.
 *
 * @param capacity commands that a lane holds, waiting and in flight; further ones are refused
 * @param maxBatch most commands in one batch
 * @param concurrency batches of one lane in flight at once, at most; the second leaves only when it
 *     is full or has waited longer than the target
 * @param retries how often a batch is retried after a failure that repetition can cure
 * @param patience how long a command waits for its batch to leave before it is refused
 * @param deadline for a batch that has left, retries and waits included; then every undecided
 *     command is refused, and nothing of the batch begins or commits any more
 * @param target a wait in the queue that does no harm
 * @param interval how long even the shortest waits must exceed the target before the lane refuses
 *     what its next batch would not carry
 */
@ConfigurationProperties("firstcome.lanes")
public record LaneSettings(
    @DefaultValue("8192") int capacity,
    @DefaultValue("128") int maxBatch,
    @DefaultValue("2") int concurrency,
    @DefaultValue("2") int retries,
    @DefaultValue("5s") Duration patience,
    @DefaultValue("3500ms") Duration deadline,
    @DefaultValue("50ms") Duration target,
    @DefaultValue("1s") Duration interval) {

  /** In deadlines: how long the database may go on with what a batch had begun. */
  private static final int SETTLED = 4;

  public LaneSettings {
    if (maxBatch < 1 || concurrency < 1 || retries < 0 || deadline.toMillis() < 1) {
      throw new IllegalArgumentException("firstcome.lanes: every limit must be positive");
    }
    if (target.toNanos() < 1
        || interval.compareTo(target) <= 0
        || patience.compareTo(interval) <= 0) {
      throw new IllegalArgumentException(
          "firstcome.lanes: target must be below interval, and interval below patience");
    }
    if (capacity < 1) {
      throw new IllegalArgumentException("firstcome.lanes.capacity must be at least 1");
    }
  }

  /** For sweeps and comparisons: what is older than this belongs to no batch under way. */
  public Duration settledAfter() {
    return deadline.multipliedBy(SETTLED);
  }
}
