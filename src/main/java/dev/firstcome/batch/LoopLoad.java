package dev.firstcome.batch;

import java.time.Duration;

/**
 * Whether an event loop keeps up, by how long its heartbeats wait. A loop works in rounds, and what
 * comes at the end of one hardly waits at all: so it is the average that tells a loop that has too
 * much to do, not the shortest wait as in a queue ({@link QueueDelay}). A burst is one long round;
 * it raises the average by as little as it should.
 *
 * <p>Belongs to its loop's thread, but for {@link #isShedding}.
 */
final class LoopLoad {

  private final long target;
  private final double weight;

  private double average;
  private volatile boolean shedding;

  /**
   * @param beats the pause between two heartbeats
   */
  LoopLoad(EventLoopSettings settings, Duration beats) {
    this.target = settings.target().toNanos();
    this.weight = Math.min(1, (double) beats.toNanos() / settings.interval().toNanos());
  }

  /**
   * @param nanos that a heartbeat has waited
   */
  void waited(long nanos) {
    average += (nanos - average) * weight;
    shedding = average > target;
  }

  /**
   * @param nanos that whoever has just come has waited, about
   * @return whether to take him; if not, he is to come back later
   */
  boolean admits(long nanos) {
    return !shedding || nanos <= target;
  }

  boolean isShedding() {
    return shedding;
  }
}
