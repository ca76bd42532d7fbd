package dev.firstcome.redis;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The limits of {@link MultiLock}.
 *
 * @param lease for how long a name stays locked when nothing is heard of its holder; renewed three
 *     times as often
 * @param patience how long anybody waits for a name
 * @param tickets how many may hold or wait, over all instances; one more is refused
 */
@ConfigurationProperties("firstcome.locks")
public record LockSettings(
    @DefaultValue("3s") Duration lease,
    @DefaultValue("6s") Duration patience,
    @DefaultValue("256") int tickets) {

  public LockSettings {
    if (lease.toMillis() < 100 || tickets < 1 || tickets > 10_000) {
      throw new IllegalArgumentException(
          "firstcome.locks: lease must be at least 100ms, tickets 1 to 10000");
    }
    if (patience.compareTo(lease.multipliedBy(3).dividedBy(2)) < 0) {
      throw new IllegalArgumentException(
          "firstcome.locks.patience must be half as long again as lease, or a holder that has died is an"
              + " error to whoever waits");
    }
  }
}
