package dev.firstcome.engine.lock;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The limits of {@link MultiLock}.
 *
 * @param lease how long a name stays locked without a sign of its holder; renewed three times as
 *     often; 60 s at most
 * @param patience how long a caller waits for a name
 * @param tickets most holders and waiters over all instances; further ones are refused
 */
@ConfigurationProperties("firstcome.locks")
public record LockSettings(
    @DefaultValue("3s") Duration lease,
    @DefaultValue("6s") Duration patience,
    @DefaultValue("256") int tickets) {

  /** As {@code lock_line} has it. */
  private static final Duration LONGEST_LEASE = Duration.ofSeconds(60);

  public LockSettings {
    if (lease.toMillis() < 100 || lease.compareTo(LONGEST_LEASE) > 0) {
      throw new IllegalArgumentException("firstcome.locks.lease must be 100ms to 60s");
    }
    if (tickets < 1 || tickets > 10_000) {
      throw new IllegalArgumentException("firstcome.locks.tickets must be 1 to 10000");
    }
    if (patience.compareTo(lease.multipliedBy(3).dividedBy(2)) < 0) {
      throw new IllegalArgumentException(
          "firstcome.locks.patience must be half as long again as lease, or a holder that has died is an"
              + " error to those who wait");
    }
  }
}
