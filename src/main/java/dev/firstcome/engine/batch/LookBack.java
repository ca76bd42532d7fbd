package dev.firstcome.engine.batch;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How far back a look for due rows goes. While a snapshot is open anywhere in PostgreSQL, the index
 * keeps the entries of all rows that were done since, and a look from the beginning walks over each
 * of them. What lies before the last look that left nothing needs no other look, but for what came
 * back: the rows of a transaction that failed or was slow, or of a clock that was set. A look at
 * everything finds those twice a minute.
 *
 * <p>Counts this machine's nanoseconds, and is used by one look at a time.
 */
public final class LookBack {

  /**
   * Most transactions that write such rows take far less to their commits; the others are found
   * late.
   */
  private static final Duration MARGIN = Duration.ofSeconds(10);

  private static final long EVERYTHING_EVERY = Duration.ofSeconds(30).toNanos();

  /** Older than any row. */
  public static final Duration EVERYTHING = Duration.ofDays(36_500);

  private final LongSupplier nanos;
  private boolean hasDrained;
  private boolean everything;
  private long began;
  private long drained;
  private long everythingAt;

  /**
   * @param nanos counts on whatever happens to the wall clock
   */
  public LookBack(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** A look begins. */
  public synchronized Duration next() {
    began = nanos.getAsLong();
    everything = !hasDrained || began - everythingAt >= EVERYTHING_EVERY;
    if (everything) {
      everythingAt = began;
      return EVERYTHING;
    }
    return Duration.ofNanos(began - drained).plus(MARGIN);
  }

  /**
   * It has ended, and what it found is done or has its later time.
   *
   * @param all whether it found everything that was due
   */
  public synchronized void done(boolean all) {
    if (all) {
      drained = began;
      hasDrained = true;
    } else if (everything) {
      // As much again may be as old.
      hasDrained = false;
    }
  }

  /**
   * It has ended, and may have passed over some.
   *
   * @param oldest for how long the oldest that it left has been due; zero if it left none
   */
  public synchronized void left(Duration oldest) {
    long since = nanos.getAsLong() - oldest.toNanos();
    drained = since - began < 0 ? since : began;
    hasDrained = true;
  }
}
