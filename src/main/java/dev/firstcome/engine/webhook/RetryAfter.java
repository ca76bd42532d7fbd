package dev.firstcome.engine.webhook;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The header {@code Retry-After}, RFC 9110, section 10.2.3. */
final class RetryAfter {

  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,10}");

  private RetryAfter() {}

  /**
   * How long to wait: not negative, not bounded.
   *
   * @param header seconds or a date; null if there is none
   * @return null if there is none, or none that can be understood
   */
  static @Nullable Duration parse(@Nullable String header, Instant now) {
    if (header == null) {
      return null;
    }
    String text = header.trim();
    if (SECONDS.matcher(text).matches()) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    try {
      Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return until.isAfter(now) ? Duration.between(now, until) : Duration.ZERO;
    } catch (DateTimeException notADate) {
      return null;
    }
  }
}
