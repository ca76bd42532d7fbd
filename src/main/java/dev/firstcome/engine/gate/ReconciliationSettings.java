package dev.firstcome.engine.gate;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the gates are compared with the database.
 *
 * @param interval pause between two comparisons of everything
 * @param batch about how many products are compared in one call
 */
@ConfigurationProperties("firstcome.consistency")
public record ReconciliationSettings(
    @DefaultValue("5s") Duration interval, @DefaultValue("500") int batch) {

  public ReconciliationSettings {
    if (interval.toMillis() < 1 || batch < 1 || batch > 10_000) {
      throw new IllegalArgumentException(
          "firstcome.consistency: interval must be positive, batch 1 to 10000");
    }
  }
}
