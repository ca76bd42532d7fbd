package dev.firstcome.ranking;

import java.time.Duration;
import java.time.Instant;

/**
 * The last 72 hours by the minute, this minute's included.
 *
 * @param from its first minute, in minutes since the epoch
 */
record Window(long from) {

  /** The mission's "last three days". */
  static final Duration LENGTH = Duration.ofHours(72);

  static Window at(Instant now) {
    return new Window(minute(now) - LENGTH.toMinutes() + 1);
  }

  /** The first instant that is counted. */
  Instant start() {
    return Instant.ofEpochSecond(from * 60);
  }

  /** The minute of an instant, in minutes since the epoch. */
  static long minute(Instant time) {
    return Math.floorDiv(time.getEpochSecond(), 60L);
  }
}
