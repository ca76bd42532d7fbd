package dev.firstcome.shop.line;

import static dev.firstcome.shop.line.LineRefusal.TICKET_NOT_FOUND;

import dev.firstcome.engine.lane.BatchLane;
import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.engine.lane.LockedRows;
import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.refusal.Refused;
import dev.firstcome.shop.line.Joining.Command;
import dev.firstcome.shop.line.Ticket.Key;
import dev.firstcome.shop.line.TicketSql.Found;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Takes tickets, shows them, gives them up: in batches, by lanes of their own, so that one who
 * joins waits for one commit of many, and a crowd that asks costs one read for many.
 */
@Component
class Tickets {

  private final TicketSql sql;
  private final LineSql lines;
  private final Presence presence;
  private final Database database;
  private final BatchLane<Command, Seen> lane;
  private final BatchLane<Key, Seen> reads;

  Tickets(TicketSql sql, LineSql lines, Presence presence, Database database, Lanes lanes) {
    this.sql = sql;
    this.lines = lines;
    this.presence = presence;
    this.database = database;
    this.lane =
        lanes.open(
            "ticket",
            this::decide,
            LockedRows.in("drop_lines", c -> List.of(c.key().dropId()), lines::held));
    this.reads = lanes.open("ticket read", this::read);
  }

  /**
   * The user's ticket, taken now or before.
   *
   * @return refuses with {@code TICKET_NOT_FOUND}, {@code DROP_NOT_OPEN}
   */
  Mono<Verdict.Done<Seen>> take(Key key) {
    return lane.submit(new Command(key, false)).doOnNext(taken -> presence.heard(key));
  }

  /**
   * The user's ticket. One that was passed over for too long gets a new number.
   *
   * @return refuses with {@code TICKET_NOT_FOUND}
   */
  Mono<Seen> find(Key key) {
    return reads
        .submit(key)
        .map(Verdict.Done::value)
        .doOnNext(seen -> presence.heard(key))
        .flatMap(seen -> isLost(seen) ? take(key).map(Verdict.Done::value) : Mono.just(seen));
  }

  private static boolean isLost(Seen seen) {
    return seen.ticket().isLost(seen.now()) && !seen.line().isClosed(seen.now());
  }

  /** Completes also if there is nothing to leave. */
  Mono<Void> leave(Key key) {
    return lane.submit(new Command(key, true))
        .onErrorResume(Refused.class, Tickets::unlessThereIsNone)
        .then();
  }

  private static Mono<Verdict.Done<Seen>> unlessThereIsNone(Refused refused) {
    return refused.refusal() == TICKET_NOT_FOUND ? Mono.empty() : Mono.error(refused);
  }

  private Mono<List<Verdict<Seen>>> decide(List<Command> commands) {
    List<Key> keys = commands.stream().map(Command::key).distinct().toList();
    TreeSet<Long> drops = new TreeSet<>();
    keys.forEach(key -> drops.add(key.dropId()));
    return database.transaction(
        session ->
            lines
                .lock(session, drops)
                .then(Mono.defer(() -> sql.look(session, keys)))
                .map(found -> Joining.decide(commands, state(found)))
                .flatMap(decision -> write(session, decision)));
  }

  private Mono<List<Verdict<Seen>>> write(Session session, Joining.Decision decision) {
    return sql.write(session, decision.tickets())
        .then(Mono.defer(() -> lines.grow(session, decision.lines())))
        .thenReturn(decision.verdicts());
  }

  private static Joining.State state(List<Found> found) {
    Map<Long, Line> lines = new HashMap<>();
    Map<Key, Ticket> tickets = new HashMap<>();
    Instant now = Instant.EPOCH;
    for (Found one : found) {
      lines.putIfAbsent(one.line().drop().id(), one.line());
      if (one.ticket() != null) {
        tickets.put(one.key(), one.ticket());
      }
      now = one.now();
    }
    return new Joining.State(lines, tickets, now);
  }

  private Mono<List<Verdict<Seen>>> read(List<Key> keys) {
    return sql.look(keys.stream().distinct().toList()).map(found -> verdicts(keys, found));
  }

  private static List<Verdict<Seen>> verdicts(List<Key> keys, List<Found> found) {
    Map<Key, Seen> seen = seen(found);
    return keys.stream().map(key -> verdict(seen.get(key))).toList();
  }

  private static Verdict<Seen> verdict(@Nullable Seen seen) {
    return seen == null ? Verdict.no(TICKET_NOT_FOUND.refused()) : Verdict.done(seen);
  }

  static Map<Key, Seen> seen(List<Found> found) {
    Map<Key, Seen> seen = new HashMap<>();
    for (Found one : found) {
      if (one.ticket() != null) {
        seen.put(one.key(), new Seen(one.line(), one.ticket(), one.now()));
      }
    }
    return seen;
  }
}
