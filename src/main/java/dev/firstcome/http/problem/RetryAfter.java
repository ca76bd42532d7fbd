package dev.firstcome.http.problem;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * The one place that says when to come back. Clients who obey to the second would come back
 * together and be refused together, again and again. So each hears a second of its own, from a
 * range in which those who were told so can be served with half of what the shop does anyway.
 */
@Component
public class RetryAfter {

  /** Seconds: the ends of the narrowest range, and of the widest. */
  static final int NARROWEST = 2;

  static final int WIDEST = 60;
  private static final int WIDEST_OF_LIMITS = 10;

  /** Writes a second that any shop serves; one that has just begun has no figure yet. */
  private static final double LEAST_SERVED = 100;

  /** Those beyond their limits are bots that seldom obey: they are spread as if they did. */
  private static final double LIMITS_SERVED = 1000;

  private final LongSupplier nanos;
  private final Returns overload;
  private final Returns limits;

  @Autowired
  RetryAfter() {
    this(System::nanoTime);
  }

  /**
   * @param nanos a clock that never goes back
   */
  RetryAfter(LongSupplier nanos) {
    this.nanos = nanos;
    this.overload = new Returns(second(), LEAST_SERVED, WIDEST);
    this.limits = new Returns(second(), LIMITS_SERVED, WIDEST_OF_LIMITS);
  }

  /** A write was answered, and not turned away. */
  public void served() {
    overload.served(second());
  }

  /**
   * What a 429 or a 503 says.
   *
   * @param least seconds before which it is of no use; null for one
   */
  public String after(int status, @Nullable String least) {
    Returns returns = status == HttpStatus.TOO_MANY_REQUESTS.value() ? limits : overload;
    return Long.toString(returns.draw(second(), least == null ? 1 : Long.parseLong(least)));
  }

  /** Sets the header on an answer that must have it. */
  public void oblige(HttpHeaders headers, int status) {
    if (isRefusal(status)) {
      headers.set(
          HttpHeaders.RETRY_AFTER, after(status, headers.getFirst(HttpHeaders.RETRY_AFTER)));
    }
  }

  static boolean isRefusal(int status) {
    return status == HttpStatus.TOO_MANY_REQUESTS.value()
        || status == HttpStatus.SERVICE_UNAVAILABLE.value();
  }

  private long second() {
    return TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong());
  }

  /** How many are to come back in each of the next seconds, and how many were served lately. */
  private static final class Returns {

    private static final int SECONDS = 128;

    /** Per second: what was served for a moment only is soon forgotten. */
    private static final double FADING = 0.8;

    private final int[] expected = new int[SECONDS];
    private final double leastServed;
    private final int widest;
    private long now;
    private int outstanding;
    private int servedNow;
    private double servedLately;

    Returns(long now, double leastServed, int widest) {
      this.now = now;
      this.leastServed = leastServed;
      this.widest = widest;
    }

    synchronized void served(long second) {
      pass(second);
      servedNow++;
    }

    synchronized long draw(long second, long least) {
      pass(second);
      double rate = Math.max(leastServed, Math.max(servedLately, servedNow)) / 2;
      int width = (int) Math.max(NARROWEST, Math.min(widest, Math.ceil(outstanding / rate)));
      long after = least + ThreadLocalRandom.current().nextInt(width + 1);
      expected[slot(second + Math.min(after, SECONDS - 1))]++;
      outstanding++;
      return after;
    }

    private void pass(long second) {
      for (int i = 0; now < second && i < SECONDS; i++) {
        now = Math.max(now + 1, second - SECONDS);
        outstanding -= expected[slot(now)];
        expected[slot(now)] = 0;
        servedLately = Math.max(servedNow, servedLately * FADING);
        servedNow = 0;
      }
    }

    private static int slot(long second) {
      return (int) Math.floorMod(second, SECONDS);
    }
  }
}
