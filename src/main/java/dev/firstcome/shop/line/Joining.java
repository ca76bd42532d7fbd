package dev.firstcome.shop.line;

import static dev.firstcome.shop.line.LineRefusal.TICKET_NOT_FOUND;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.shop.drop.DropRefusal;
import dev.firstcome.shop.line.Ticket.Key;
import dev.firstcome.shop.line.Ticket.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rule of taking a ticket and of leaving, over a batch: pure, in the order of arrival. */
final class Joining {

  /**
   * Somebody wants a ticket, or to leave.
   *
   * @param leaves else wants one
   */
  record Command(Key key, boolean leaves) {}

  /**
   * What the decision rests on.
   *
   * @param lines by drop, locked; one that is missing does not exist
   * @param tickets those that exist
   * @param now by PostgreSQL's clock, under the locks
   */
  record State(Map<Long, Line> lines, Map<Key, Ticket> tickets, Instant now) {}

  /**
   * What is to be answered and written.
   *
   * @param verdicts one for each command, in order
   */
  record Decision(List<Verdict<Seen>> verdicts, List<Ticket> tickets, List<Line> lines) {}

  private final Map<Long, Line> lines;
  private final Map<Key, Ticket> tickets;
  private final Map<Key, Ticket> changed = new LinkedHashMap<>();
  private final Instant now;

  private Joining(State state) {
    this.lines = new HashMap<>(state.lines());
    this.tickets = new HashMap<>(state.tickets());
    this.now = state.now();
    lines.replaceAll((drop, line) -> line.openedBy(now));
  }

  static Decision decide(List<Command> commands, State state) {
    Joining joining = new Joining(state);
    List<Verdict<Seen>> verdicts = new ArrayList<>(commands.size());
    for (Command command : commands) {
      verdicts.add(joining.decide(command));
    }
    List<Line> moved =
        joining.lines.values().stream()
            .filter(line -> !line.equals(state.lines().get(line.drop().id())))
            .toList();
    return new Decision(verdicts, List.copyOf(joining.changed.values()), moved);
  }

  private Verdict<Seen> decide(Command command) {
    Line line = lines.get(command.key.dropId());
    Ticket ticket = tickets.get(command.key);
    if (line == null) {
      return Verdict.no(TICKET_NOT_FOUND.refused());
    }
    if (command.leaves) {
      return ticket == null ? Verdict.no(TICKET_NOT_FOUND.refused()) : leave(line, ticket);
    }
    if (line.isClosed(now)) {
      return Verdict.no(DropRefusal.notOpen(line.drop(), now));
    }
    return ticket != null && holds(line, ticket)
        ? Verdict.replayed(new Seen(line, ticket, now))
        : Verdict.done(join(line, command.key, ticket));
  }

  private boolean holds(Line line, Ticket ticket) {
    Status status = ticket.status(line, now);
    return status == Status.ADMITTED || (status == Status.WAITING && !ticket.isLost(now));
  }

  /**
   * At the end; into the pool before the opening. While the shuffle is under way it counts on those
   * whom it counted: one who left comes back to the place that it gives, unless it was their turn.
   */
  private Seen join(Line line, Key key, @Nullable Ticket before) {
    boolean opened = line.openedAt() != null;
    boolean shuffling = opened && line.shuffledAt() == null;
    Ticket counted = shuffling && before != null && before.isYetToCome() ? before : null;
    boolean waits = before != null && before.status() == Status.WAITING;
    Line longer = line.joined(opened && counted == null);
    Long next = opened ? Long.valueOf(longer.lastNumber()) : null;
    Long number = counted == null ? next : counted.number();
    Ticket ticket = Ticket.waiting(key, number, counted != null || !opened, now);
    return write(waits ? longer.left() : longer, ticket);
  }

  private Verdict<Seen> leave(Line line, Ticket ticket) {
    Status status = ticket.status(line, now);
    if (status == Status.LEFT || status == Status.EXPIRED) {
      return Verdict.replayed(new Seen(line, ticket, now));
    }
    boolean counted = line.openedAt() != null && ticket.pooled();
    Ticket left = ticket.left(counted);
    return Verdict.done(write(status == Status.WAITING ? line.left() : line, left));
  }

  private Seen write(Line line, Ticket ticket) {
    lines.put(ticket.dropId(), line);
    tickets.put(ticket.key(), ticket);
    changed.put(ticket.key(), ticket);
    return new Seen(line, ticket, now);
  }
}
