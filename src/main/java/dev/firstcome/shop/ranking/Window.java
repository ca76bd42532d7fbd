package dev.firstcome.shop.ranking;

import java.time.Duration;
import org.springframework.stereotype.Component;

/**
 * The last 72 hours by the minute, this minute's included. It has a length and no beginning: which
 * minute is now Redis and PostgreSQL say, each by its own clock and never by that of an instance.
 */
@Component
class Window {

  /** The mission's "last three days". */
  static final Duration LENGTH = Duration.ofHours(72);

  long minutes() {
    return LENGTH.toMinutes();
  }
}
