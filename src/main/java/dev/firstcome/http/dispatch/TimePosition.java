package dev.firstcome.http.dispatch;

import java.time.Instant;
import java.util.UUID;

/**
 * Where a row stands in a list that is ordered by time, newest first, and by id within one instant.
 */
public record TimePosition(Instant at, UUID id) {

  /** Before every row: later than any, within what PostgreSQL can compare. */
  public static final TimePosition NEWEST =
      new TimePosition(Instant.parse("9999-12-31T23:59:59Z"), new UUID(-1, -1));

  /** The position's text, for a cursor. */
  public String text() {
    return at + " " + id;
  }

  /**
   * @throws RuntimeException of parsing, if the text is not a position's
   */
  public static TimePosition parse(String text) {
    String[] parts = text.split(" ", 2);
    Instant at = Instant.parse(parts[0]);
    // PostgreSQL fails on what it cannot compare, and anybody can make up a cursor.
    if (at.isBefore(Instant.EPOCH) || at.isAfter(NEWEST.at)) {
      throw new IllegalArgumentException("no time of ours");
    }
    return new TimePosition(at, UUID.fromString(parts[1]));
  }
}
