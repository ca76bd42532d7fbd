package dev.firstcome.shop.line;

import static dev.firstcome.shop.line.LineRefusal.ADMISSION_EXPIRED;
import static dev.firstcome.shop.line.LineRefusal.NOT_YOUR_TURN;
import static dev.firstcome.shop.line.LineRefusal.TICKET_REQUIRED;

import dev.firstcome.refusal.Refused;
import dev.firstcome.shop.drop.Drop;
import dev.firstcome.shop.line.Ticket.Key;
import dev.firstcome.shop.line.TicketSql.Found;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whose turn it is to order in drops with a line: what was read, for the rule of ordering. */
public final class Turns {

  /** For orders of drops without a line. */
  public static final Turns NONE = new Turns(List.of());

  private final Map<Key, Found> found;

  Turns(List<Found> found) {
    this.found = found.stream().collect(Collectors.toMap(Found::key, one -> one));
  }

  /**
   * Why the user may not order in this drop, which has a line; null: the user may.
   *
   * @param now by PostgreSQL's clock, under the locks
   */
  public @Nullable Refused refuse(String userId, long dropId, Instant now) {
    Found at = found.get(new Key(dropId, userId));
    return at == null
        ? TICKET_REQUIRED.refused("dropId", dropId)
        : refuse(at.line(), at.ticket(), now);
  }

  /** The same before anything is locked: only for a line that is there, in a drop that is open. */
  public @Nullable Refused refuseEarly(String userId, long dropId) {
    Found at = found.get(new Key(dropId, userId));
    return at == null || at.line().drop().status(at.now()) != Drop.Status.OPEN
        ? null
        : refuse(at.line(), at.ticket(), at.now());
  }

  private static @Nullable Refused refuse(Line line, @Nullable Ticket ticket, Instant now) {
    if (ticket == null) {
      return TICKET_REQUIRED.refused("dropId", line.drop().id());
    }
    Seen seen = new Seen(line, ticket, now);
    return switch (seen.status()) {
      case ADMITTED -> null;
      case WAITING -> refused(NOT_YOUR_TURN, seen);
      case EXPIRED -> refused(ADMISSION_EXPIRED, seen);
      case LEFT -> refused(TICKET_REQUIRED, seen);
    };
  }

  private static Refused refused(LineRefusal refusal, Seen seen) {
    Standing standing = Standing.of(seen, () -> ThreadLocalRandom.current().nextDouble());
    return refusal.refused(
        "dropId",
        seen.ticket().dropId(),
        "number",
        seen.ticket().number(),
        "ahead",
        standing.ahead(),
        "pollAfter",
        standing.pollAfter());
  }
}
