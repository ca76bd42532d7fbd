package dev.firstcome.http.admission;

import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Limits that are narrow, and a clock that a test moves. */
public final class LimitParts {

  private LimitParts() {}

  /** The interval between two reports is a tenth of a second. */
  static LimitSettings settings(int perSecond, int burst, double untold) {
    return new LimitSettings(
        perSecond,
        burst,
        perSecond,
        burst,
        1000,
        0,
        0,
        0,
        0,
        1000,
        Duration.ofMillis(100),
        untold,
        500);
  }

  /** Under a clock that stands still. */
  public static Limits limits() {
    return new Limits(settings(1, 1, 1), clock(new AtomicLong()));
  }

  static TimeMeter clock(AtomicLong nanos) {
    return new TimeMeter() {
      @Override
      public long currentTimeNanos() {
        return nanos.get();
      }

      @Override
      public boolean isWallClockBased() {
        return false;
      }
    };
  }
}
