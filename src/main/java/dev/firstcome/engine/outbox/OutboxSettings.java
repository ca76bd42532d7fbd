package dev.firstcome.engine.outbox;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the relay works.
 *
 * @param batch events that a consumer takes at once
 * @param interval pause between two searches when no commit wakes the relay, for events of other
 *     instances and those put off
 * @param retention how long a delivered event is kept, if it is kept
 */
@ConfigurationProperties("firstcome.outbox")
public record OutboxSettings(
    @DefaultValue("500") int batch,
    @DefaultValue("1s") Duration interval,
    @DefaultValue("7d") Duration retention) {

  public OutboxSettings {
    if (batch < 1 || batch > 10_000) {
      throw new IllegalArgumentException("firstcome.outbox.batch must be 1 to 10000");
    }
    if (interval.toMillis() < 1 || retention.isNegative()) {
      throw new IllegalArgumentException("firstcome.outbox: times must be positive");
    }
  }
}
