package dev.firstcome.shop.drop;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Products that are sold together from a moment on.
 *
 * @param opensAt the first instant at which they can be ordered
 * @param closesAt the first instant at which they no longer can; null: never
 * @param maxPerUser units that one user may order in it, over all of its products; null: no limit
 * @param line null: there is none, and everybody may order
 */
public record Drop(
    long id,
    String name,
    Instant opensAt,
    @Nullable Instant closesAt,
    @Nullable Long maxPerUser,
    boolean paused,
    @Nullable LineTerms line) {

  /** The first that applies, in this order. */
  public enum Status {
    CLOSED,
    SCHEDULED,
    PAUSED,
    OPEN
  }

  Drop with(@Nullable LineTerms terms) {
    return new Drop(id, name, opensAt, closesAt, maxPerUser, paused, terms);
  }

  public Status status(Instant now) {
    if (closesAt != null && !now.isBefore(closesAt)) {
      return Status.CLOSED;
    } else if (now.isBefore(opensAt)) {
      return Status.SCHEDULED;
    }
    return paused ? Status.PAUSED : Status.OPEN;
  }
}
