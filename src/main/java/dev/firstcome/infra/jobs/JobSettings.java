package dev.firstcome.infra.jobs;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How every {@link PeriodicJob} goes about its work.
 *
 * @param linger pause from a wake-up to the run, so that one run serves many wake-ups and does not
 *     compete with their requests for the database
 * @param minBackoff the pause after a failure, doubled with each further one
 * @param maxBackoff the longest pause between failures
 * @param deadline after which a run is abandoned, not cancelled; its outcome is then unknown
 * @param stopTimeout how long a shutdown waits for runs that have begun
 */
@ConfigurationProperties("firstcome.loops")
public record JobSettings(
    @DefaultValue("50ms") Duration linger,
    @DefaultValue("100ms") Duration minBackoff,
    @DefaultValue("5s") Duration maxBackoff,
    @DefaultValue("30s") Duration deadline,
    @DefaultValue("10s") Duration stopTimeout) {

  public JobSettings {
    if (linger.isNegative()
        || minBackoff.toMillis() < 1
        || deadline.toMillis() < 1
        || stopTimeout.toMillis() < 1) {
      throw new IllegalArgumentException("firstcome.loops: every limit must be positive");
    }
    if (maxBackoff.compareTo(minBackoff) < 0) {
      throw new IllegalArgumentException(
          "firstcome.loops: max-backoff must not be below min-backoff");
    }
  }
}
