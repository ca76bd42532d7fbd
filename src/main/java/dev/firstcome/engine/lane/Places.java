package dev.firstcome.engine.lane;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * A lane's places for flights, each of which may take one connection. A flight keeps its place
 * until its work is over, also after its deadline, and for the overtime at the most.
 */
final class Places {

  private final int number;
  private final Duration deadline;
  private final Duration overtime;
  private final Scheduler timers;
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicInteger overdue = new AtomicInteger();

  /**
   * @param overtime for how long what a flight had begun before its deadline may still last
   * @param timers watches the deadlines
   */
  Places(int number, Duration deadline, Duration overtime, Scheduler timers) {
    this.number = number;
    this.deadline = deadline;
    this.overtime = overtime;
    this.timers = timers;
  }

  /**
   * @param beside whether one more may fly beside others that are in time
   */
  boolean reserve(BooleanSupplier beside) {
    int now = taken.get();
    while (now < number && (now <= overdue.get() || beside.getAsBoolean())) {
      if (taken.compareAndSet(now, now + 1)) {
        return true;
      }
      now = taken.get();
    }
    return false;
  }

  /** Of a place that was reserved for nothing. */
  void giveBack() {
    taken.decrementAndGet();
  }

  int taken() {
    return taken.get();
  }

  /** Whether every place is kept by a flight that should have been over. */
  boolean areOverdue() {
    return overdue.get() >= number;
  }

  /** One that was reserved. */
  final class Place {

    private final long start = System.nanoTime();
    private @Nullable Disposable alarm;
    private boolean late;
    private boolean left;

    /**
     * @param atDeadline called if the place is still kept then
     * @param atLast called if it is still kept after the overtime
     */
    synchronized void watch(Runnable atDeadline, Runnable atLast) {
      alarm =
          after(
              deadline,
              () -> {
                if (isLate(atLast)) {
                  atDeadline.run();
                }
              });
    }

    private synchronized boolean isLate(Runnable atLast) {
      if (!left) {
        late = true;
        overdue.incrementAndGet();
        alarm = after(overtime, atLast);
      }
      return !left;
    }

    private Disposable after(Duration time, Runnable action) {
      return timers.schedule(action, time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Since it was taken. */
    long nanos() {
      return System.nanoTime() - start;
    }

    /** False if it was left before. */
    synchronized boolean leave() {
      if (left) {
        return false;
      }
      left = true;
      if (alarm != null) {
        alarm.dispose();
      }
      if (late) {
        overdue.decrementAndGet();
      }
      taken.decrementAndGet();
      return true;
    }
  }
}
