package dev.firstcome.consistency;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the gates are compared with the database.
 *
 * @param interval from the end of one comparison of everything to the beginning of the next
 * @param batch products compared in one call, about
 */
@ConfigurationProperties("firstcome.consistency")
public record ConsistencySettings(
    @DefaultValue("5s") Duration interval, @DefaultValue("500") int batch) {

  public ConsistencySettings {
    if (interval.toMillis() < 1 || batch < 1 || batch > 10_000) {
      throw new IllegalArgumentException(
          "firstcome.consistency: interval must be positive, batch 1 to 10000");
    }
  }
}
