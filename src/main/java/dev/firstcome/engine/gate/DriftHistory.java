package dev.firstcome.engine.gate;

import dev.firstcome.engine.gate.DriftPage.Compared;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The differences seen so far, and for how long. An order that was decided without the gate makes a
 * difference until it ends; a difference that outlasts every such order is real.
 */
final class DriftHistory {

  /** Remembered at the same time; the others wait until some of these are repaired. */
  private static final int LIMIT = 10_000;

  /** So many times the patience without being settled, and a doubt begins anew. */
  private static final int STALE = 10;

  private final long patience;
  private final Map<Long, Doubt> doubts = new ConcurrentHashMap<>();

  /**
   * @param patience longer than anything decided without the gate is in flight; times are in
   *     nanoseconds of a clock that never goes back, because a wall clock does
   */
  DriftHistory(Duration patience) {
    this.patience = patience.toNanos();
  }

  private record Doubt(long difference, long since) {

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
  void saw(Compared compared, long now) {
    if (compared.repaired() || compared.difference() == 0) {
      doubts.remove(compared.id());
    } else if (doubts.size() < LIMIT || doubts.containsKey(compared.id())) {
      doubts.merge(compared.id(), new Doubt(compared.difference(), now), Doubt::and);
    }
  }

  /** What has lasted, for a look that begins now: the difference by id, signed. */
  Map<Long, Long> lasting(long now) {
    Map<Long, Long> lasting = new HashMap<>();
    doubts.forEach(
        (id, doubt) -> {
          if (now - doubt.since >= patience) {
            lasting.put(id, doubt.difference);
          }
        });
    return lasting;
  }

  /**
   * Forgets what could not be looked at for long: what has moved since may be another difference.
   */
  void forgetStale(long now) {
    doubts.values().removeIf(doubt -> now - doubt.since > patience * STALE);
  }
}
