package dev.firstcome.web;

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
    return new TimePosition(Instant.parse(parts[0]), UUID.fromString(parts[1]));
  }
}
