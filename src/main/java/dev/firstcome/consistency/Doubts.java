package dev.firstcome.consistency;

import dev.firstcome.redis.Look.Compared;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The differences that were seen, and how much of each for how long. An order that was decided
 * without the gate makes a difference until it ends; what outlasts every such order is none.
 */
final class Doubts {

  /** Remembered at the same time; the others wait until some of these are repaired. */
  private static final int LIMIT = 10_000;

  /** So many times the patience without being settled, and a doubt begins anew. */
  private static final int STALE = 10;

  private final Duration patience;
  private final Map<Long, Doubt> doubts = new ConcurrentHashMap<>();

  /**
   * @param patience longer than anything decided without the gate is in flight
   */
  Doubts(Duration patience) {
    this.patience = patience;
  }

  private record Doubt(long difference, Instant since) {

    /** The part of it that is still there; a difference the other way is another doubt. */
    Doubt and(Doubt now) {
      if (Long.signum(difference) != Long.signum(now.difference)) {
        return now;
      }
      boolean less = Math.abs(now.difference) < Math.abs(difference);
      return less ? new Doubt(now.difference, since) : this;
    }
  }

  /** Takes a look into account that was over at this time. */
  void saw(Compared compared, Instant now) {
    if (compared.repaired() || compared.difference() == 0) {
      doubts.remove(compared.id());
    } else if (doubts.size() < LIMIT || doubts.containsKey(compared.id())) {
      doubts.merge(compared.id(), new Doubt(compared.difference(), now), Doubt::and);
    }
  }

  /** What has lasted, for a look that begins now: the difference by id, signed. */
  Map<Long, Long> lasting(Instant now) {
    Map<Long, Long> lasting = new HashMap<>();
    doubts.forEach(
        (id, doubt) -> {
          if (!doubt.since.plus(patience).isAfter(now)) {
            lasting.put(id, doubt.difference);
          }
        });
    return lasting;
  }

  /**
   * Forgets what could not be looked at for long: what has moved since may be another difference.
   */
  void forgetStale(Instant now) {
    Instant oldest = now.minus(patience.multipliedBy(STALE));
    doubts.values().removeIf(doubt -> doubt.since.isBefore(oldest));
  }
}
