package dev.firstcome.shop.line;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A user's place in a drop's line.
 *
 * @param number null: the tickets from before the opening have none yet
 * @param pooled taken before the opening, so that the shuffle numbers it
 * @param passedAt when it was passed over because its user was not heard of; null: it was not
 * @param until the end of its admission, in the line's own time; null: it was never admitted
 */
record Ticket(
    long dropId,
    String userId,
    Status status,
    @Nullable Long number,
    boolean pooled,
    Instant heardAt,
    @Nullable Instant passedAt,
    @Nullable Instant until) {

  /** A user who was passed over and comes back within this time is next. */
  static final Duration GRACE = Duration.ofMinutes(5);

  /** {@code WAITING → ADMITTED → EXPIRED}; a user may leave from either of the first two. */
  enum Status {
    WAITING,
    ADMITTED,
    EXPIRED,
    LEFT
  }

  /** Of one drop and one user there is one. */
  record Key(long dropId, String userId) {}

  /** At the end of the line, or in the pool that the shuffle numbers. */
  static Ticket waiting(Key key, @Nullable Long number, boolean pooled, Instant now) {
    return new Ticket(key.dropId, key.userId, Status.WAITING, number, pooled, now, null, null);
  }

  Key key() {
    return new Key(dropId, userId);
  }

  /** An admission is over when its time is, whether or not anybody has written it down. */
  Status status(Line line, Instant now) {
    boolean over = status == Status.ADMITTED && until != null && !line.time(now).isBefore(until);
    return over ? Status.EXPIRED : status;
  }

  /** Whether its user came back too late: it gets a new number. */
  boolean isLost(Instant now) {
    return status == Status.WAITING && passedAt != null && !now.isBefore(passedAt.plus(GRACE));
  }

  /** Whether the shuffle numbers or numbered it, and it was never admitted. */
  boolean isYetToCome() {
    return pooled && until == null;
  }

  /**
   * @param staysPooled whether the shuffle that is under way has counted it
   */
  Ticket left(boolean staysPooled) {
    return new Ticket(dropId, userId, Status.LEFT, number, staysPooled, heardAt, passedAt, until);
  }
}
