package dev.firstcome.stream;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Server-sent events.
 *
 * @param period between two looks at what is watched
 * @param clients open streams of one instance at the most; one more is refused
 * @param topics campaigns, or other things, that one instance watches at once for each kind of
 *     stream; one more is refused
 * @param heartbeat after so long without news a client hears a comment, so that nothing on the way
 *     takes the connection for dead
 * @param stuckAfter who has not taken an event for so long is cut off
 * @param retry after which a client whose stream has ended should come back
 */
@ConfigurationProperties("firstcome.streams")
public record StreamSettings(
    @DefaultValue("1s") Duration period,
    @DefaultValue("5000") int clients,
    @DefaultValue("100") int topics,
    @DefaultValue("15s") Duration heartbeat,
    @DefaultValue("10s") Duration stuckAfter,
    @DefaultValue("2s") Duration retry) {

  public StreamSettings {
    if (period.toMillis() < 100 || retry.toMillis() < 100) {
      throw new IllegalArgumentException(
          "firstcome.streams: period and retry must be at least 100ms");
    }
    if (clients < 1 || topics < 1 || topics > 1000) {
      throw new IllegalArgumentException(
          "firstcome.streams: clients must be positive, topics 1 to 1000");
    }
    if (heartbeat.compareTo(period) < 0 || stuckAfter.compareTo(period) < 0) {
      throw new IllegalArgumentException(
          "firstcome.streams: heartbeat and stuck-after must not be shorter than period");
    }
  }
}
