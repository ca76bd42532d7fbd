package dev.firstcome.shop.line;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The lines in front of drops.
 *
 * @param interval pause between two moves of a line
 * @param retention how long the tickets of a closed drop are kept
 */
@ConfigurationProperties("firstcome.line")
record LineSettings(
    @DefaultValue("200ms") Duration interval, @DefaultValue("7d") Duration retention) {

  LineSettings {
    if (interval.toMillis() < 10 || interval.toMillis() > 2_000) {
      throw new IllegalArgumentException("firstcome.line.interval must be 10ms to 2s");
    }
    if (retention.toMillis() < 1) {
      throw new IllegalArgumentException("firstcome.line.retention must be positive");
    }
  }
}
