package dev.firstcome.http.sse;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Server-sent events.
 *
 * @param period pause between two reads of what is watched
 * @param clients most open streams of one instance; further ones are refused
 * @param topics most campaigns, or other topics, that one instance watches for each kind of stream;
 *     further ones are refused
 * @param heartbeat how long without news until a comment is sent, so that no proxy takes the
 *     connection for dead
 * @param stuckAfter a client that has not taken an event for so long is cut off
 * @param retry how soon the first clients whose stream ended should come back; the others follow
 *     within two seconds, or one second for each 500 watchers
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
