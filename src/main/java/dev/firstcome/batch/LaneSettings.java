package dev.firstcome.batch;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The limits of every batch lane.
 *
 * @param capacity commands that a lane holds, waiting and in flight; one more is refused
 * @param maxBatch commands in one batch at the most
 * @param concurrency batches of one lane in flight at once at the most; beside another one leaves
 *     when it is full or has waited for longer than the target
 * @param retries how often a batch is tried again after a failure that a repetition can cure
 * @param deadline after which nobody waits for a batch any longer; its outcome is then unknown. Who
 *     has waited for so long before his batch left is refused instead
 * @param target a wait in the queue that does no harm
 * @param interval for which even the shortest waits must be longer than the target before commands
 *     are refused that the next batch would not carry
 */
@ConfigurationProperties("firstcome.lanes")
public record LaneSettings(
    @DefaultValue("8192") int capacity,
    @DefaultValue("128") int maxBatch,
    @DefaultValue("2") int concurrency,
    @DefaultValue("3") int retries,
    @DefaultValue("8s") Duration deadline,
    @DefaultValue("50ms") Duration target,
    @DefaultValue("1s") Duration interval) {

  public LaneSettings {
    if (maxBatch < 1 || concurrency < 1 || retries < 0 || deadline.isNegative()) {
      throw new IllegalArgumentException("firstcome.lanes: every limit must be positive");
    }
    if (target.toNanos() < 1
        || interval.compareTo(target) <= 0
        || deadline.compareTo(interval) <= 0) {
      throw new IllegalArgumentException(
          "firstcome.lanes: target must be below interval, and interval below deadline");
    }
    if (capacity < 1) {
      throw new IllegalArgumentException("firstcome.lanes.capacity must be at least 1");
    }
  }
}
