package dev.firstcome.infra.observe;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Keeps a log readable while a store is away and every batch and every request fails: one line a
 * second, which says how many were kept quiet since the last. One for each place that tells.
 */
public final class LogLimit {

  private static final long INTERVAL = Duration.ofSeconds(1).toNanos();

  private final Logger log;
  private final LongSupplier nanos;
  private final AtomicLong told;
  private final AtomicInteger quiet = new AtomicInteger();

  public LogLimit(Logger log) {
    this(log, System::nanoTime);
  }

  /**
   * @param nanos a clock that never goes back
   */
  LogLimit(Logger log, LongSupplier nanos) {
    this.log = log;
    this.nanos = nanos;
    this.told = new AtomicLong(nanos.getAsLong() - INTERVAL);
  }

  /**
   * @param format for SLF4J
   */
  public void warn(String format, Object... arguments) {
    if (mayTell()) {
      log.warn(format + others(), arguments);
    }
  }

  /** With the stack trace of the last argument. */
  public void error(String format, Object... arguments) {
    if (mayTell()) {
      log.error(format + others(), arguments);
    }
  }

  private boolean mayTell() {
    long now = nanos.getAsLong();
    long last = told.get();
    if (now - last >= INTERVAL && told.compareAndSet(last, now)) {
      return true;
    }
    quiet.incrementAndGet();
    return false;
  }

  private String others() {
    int others = quiet.getAndSet(0);
    return others == 0 ? "" : " (and " + others + " more since the last line)";
  }
}
