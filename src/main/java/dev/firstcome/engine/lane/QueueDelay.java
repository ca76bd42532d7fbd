package dev.firstcome.engine.lane;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Tells a burst, which a queue is for, from standing overload, which a queue only makes worse:
 * CoDel's measure, the shortest wait within an interval. While even the youngest command of every
 * batch has waited too long, the queue never empties, and all that it does is to make everybody
 * wait. Then no more are taken than the next batch carries away: more would add waiting and not one
 * command a second.
 *
 * <p>Ends when for a whole interval nobody had to be refused.
 */
final class QueueDelay {

  private final long target;
  private final long interval;
  private final int batch;
  private final LongSupplier nanos;

  private volatile boolean shedding;
  private volatile long lastRefused;

  // Under the lock of this.
  private boolean late;
  private long lateSince;

  /**
   * @param target a wait that does no harm
   * @param interval for which waits must be longer before anybody is refused
   * @param batch commands that leave together
   * @param nanos a clock that never goes back
   */
  QueueDelay(Duration target, Duration interval, int batch, LongSupplier nanos) {
    this.target = target.toNanos();
    this.interval = interval.toNanos();
    this.batch = batch;
    this.nanos = nanos;
  }

  /**
   * @param waiting commands that are in the queue already
   * @return whether one more may join them; else it is refused
   */
  boolean admits(int waiting) {
    if (!shedding || waiting < batch) {
      return true;
    }
    lastRefused = nanos.getAsLong();
    return false;
  }

  /**
   * A batch has left the queue.
   *
   * @param shortestWait nanoseconds that the youngest of them has waited
   */
  synchronized void left(long shortestWait) {
    long now = nanos.getAsLong();
    if (shortestWait <= target) {
      late = false;
    } else if (!late) {
      late = true;
      // Not earlier: what came before may have been one stall, after which the queue empties.
      lateSince = now;
    }
    if (shedding) {
      shedding = late || now - lastRefused <= interval;
    } else if (late && now - lateSince >= interval) {
      lastRefused = now;
      shedding = true;
    }
  }

  /** Whether even the youngest of the last batch had waited for too long. */
  synchronized boolean isLate() {
    return late;
  }

  boolean isShedding() {
    return shedding;
  }
}
