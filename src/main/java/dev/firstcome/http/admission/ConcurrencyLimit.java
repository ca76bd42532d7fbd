package dev.firstcome.http.admission;

import dev.firstcome.http.guard.WebSettings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Tells a rush, for which the shop is made, from congestion, which only makes everybody wait: more
 * writes are under way than it can work on, and nearly all of them are never done for {@link
 * #INTERVAL}. Then no more are let in than leave, and the {@link AdmissionHandler} asks the others
 * to come back. A drop whose people all come at once is let in whole, however long it takes to
 * serve it.
 *
 * <p>What waits in a lane sees to itself; this bounds what waits for an event loop on its way there
 * and back. Ends when for a whole interval nobody had to be refused.
 */
@Component
class ConcurrencyLimit {

  /**
   * Writes under way that keep a core busy with full batches ({@code src/bench/run overload} on two
   * cores: twice as many do no more); more of them add only waiting.
   */
  private static final int WRITES_PER_CORE = 256;

  /** Loops work in rounds, at the end of which much is done at once: that is no end of a crowd. */
  private static final int DONE = 4;

  /** A rush of some thousands is served in this time, by a shop that has just started too. */
  static final Duration INTERVAL = Duration.ofSeconds(2);

  private final int most;
  private final LongSupplier nanos;

  // Under the lock of this.
  private int underWay;
  private boolean crowded;
  private long crowdedSince;
  private boolean congested;
  private long lastRefused;

  @Autowired
  ConcurrencyLimit(WebSettings settings, MeterRegistry meters) {
    this(
        settings.maxConcurrentWrites() == 0
            ? WRITES_PER_CORE * Runtime.getRuntime().availableProcessors()
            : settings.maxConcurrentWrites(),
        System::nanoTime);
    Gauge.builder("firstcome.web.writes", this, ConcurrencyLimit::underWay)
        .description("writes that are under way")
        .register(meters);
    Gauge.builder("firstcome.web.congested", this, now -> now.isCongested() ? 1 : 0)
        .description("1 while no more writes are let in than leave")
        .register(meters);
  }

  /**
   * @param most writes under way that are no congestion, however long they last
   * @param nanos a clock that never goes back
   */
  ConcurrencyLimit(int most, LongSupplier nanos) {
    this.most = most;
    this.nanos = nanos;
  }

  /**
   * @return whether a write may begin, and then {@link #left} is owed; else the client must come
   *     later
   */
  synchronized boolean admits() {
    if (underWay >= most && refuses(nanos.getAsLong())) {
      return false;
    }
    if (congested && nanos.getAsLong() - lastRefused > INTERVAL.toNanos()) {
      congested = false;
    }
    underWay++;
    return true;
  }

  /** One that was let through before it had come whole: nobody can refuse it here any more. */
  synchronized void enter() {
    underWay++;
  }

  private boolean refuses(long now) {
    if (!crowded) {
      crowded = true;
      crowdedSince = now;
    }
    congested |= now - crowdedSince >= INTERVAL.toNanos();
    if (congested) {
      lastRefused = now;
    }
    return congested;
  }

  synchronized void left() {
    underWay--;
    crowded &= underWay >= most / DONE;
  }

  synchronized int underWay() {
    return underWay;
  }

  synchronized boolean isCongested() {
    return congested;
  }
}
