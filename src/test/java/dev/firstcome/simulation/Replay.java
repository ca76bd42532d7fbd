package dev.firstcome.simulation;

import static java.util.Objects.requireNonNull;

import dev.firstcome.simulation.PostgresServer.Answer;
import dev.firstcome.simulation.PostgresServer.Session;
import dev.firstcome.simulation.PostgresServer.Tape;
import dev.firstcome.simulation.Statements.Sql;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.RowMetadata;
import io.r2dbc.spi.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Does at a real PostgreSQL what is done at the simulated one: each session's statements on a
 * connection of its own, in the same order, waiting for the same locks. Every answer must be the
 * same.
 */
final class Replay implements Tape, AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(5);

  /** What the simulation decides in a way of its own: who is the victim, and when. */
  private static final Set<String> RACES = Set.of("40P01", "55P03");

  /** Steps before the one that differs. */
  private static final int SHOWN = 20;

  private final ConnectionFactory server;
  private final Supplier<Instant> clock;
  private final Connection watch;
  private final Map<Session, Side> open = new HashMap<>();
  private final Set<String> seen = new TreeSet<>();
  private final Deque<String> steps = new ArrayDeque<>();
  private boolean parted;

  /** A session's other side. */
  private final class Side {
    final Connection connection = value(Mono.from(server.create()));
    final int process = number(connection, "SELECT pg_backend_pid()");
    boolean begun;
    @Nullable CompletableFuture<List<String>> running;
  }

  /**
   * @param server with the shop's schema, and what the history begins with in it
   * @param clock the simulated server's
   */
  Replay(ConnectionFactory server, Supplier<Instant> clock) {
    this.server = server;
    this.clock = clock;
    this.watch = value(Mono.from(server.create()));
  }

  /** Whether the two went different ways, both of them right, and no more was compared. */
  boolean isParted() {
    return parted;
  }

  /** The statements that were run. */
  Set<String> seen() {
    return seen;
  }

  @Override
  public void waits(Session session, Sql sql, Object[] arguments) {
    if (parted) {
      return;
    }
    Side side = start(session, sql, arguments);
    note(side.process + " waits");
    if (settled(side)) {
      throw different(sql, arguments, "waits for a lock", "it ran: " + side.running);
    }
  }

  /** Whether it has run; if not, it waits for a lock by now. */
  private boolean settled(Side side) {
    String query = "SELECT count(*)::int FROM pg_locks WHERE NOT granted AND pid = " + side.process;
    long end = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < end) {
      if (running(side).isDone()) {
        return true;
      } else if (number(watch, query) > 0) {
        return false;
      }
    }
    throw new IllegalStateException("neither runs nor waits");
  }

  @Override
  public void ran(
      Session session,
      Sql sql,
      Object[] arguments,
      @Nullable Answer answer,
      @Nullable R2dbcException failure) {
    if (parted) {
      return;
    }
    boolean race = failure != null && RACES.contains(String.valueOf(failure.getSqlState()));
    Side known = open.get(session);
    if (race && (known == null || known.running == null)) {
      return;
    }
    Side side = known != null && known.running != null ? known : start(session, sql, arguments);
    if (race) {
      cancel(side);
      return;
    }
    List<String> simulated = failure == null ? answers(sql, answer) : List.of(said(failure));
    List<String> real = outcome(side, sql, arguments);
    if (real == null) {
      parted = true;
      return;
    }
    side.running = null;
    if (!sorted(simulated).equals(sorted(real))) {
      throw different(sql, arguments, simulated, real);
    }
  }

  @Override
  public void ended(Session session, boolean committed) {
    Side side = parted ? null : open.remove(session);
    if (side != null) {
      end(side, committed);
      // Whoever waited for its locks has them before anybody else can ask.
      open.values().stream().filter(s -> s.running != null).forEach(this::settled);
    }
  }

  private void end(Side side, boolean committed) {
    note(side.process + (committed ? " commit" : " rollback"));
    if (side.running != null) {
      cancel(side);
    }
    if (side.begun) {
      Connection c = side.connection;
      await(Mono.from(committed ? c.commitTransaction() : c.rollbackTransaction()));
    }
    await(Mono.from(side.connection.close()));
  }

  private Side start(Session session, Sql sql, Object[] arguments) {
    seen.add(sql.name());
    Side side = open.computeIfAbsent(session, s -> new Side());
    note(side.process + " " + sql.name() + " " + Arrays.deepToString(arguments));
    if (session.isExplicit() && !side.begun) {
      await(Mono.from(side.connection.beginTransaction()));
      side.begun = true;
    }
    String now = clock.get().toString();
    await(update(side.connection, "SELECT set_config('simulated.now', $1, false)", now));
    side.running =
        Flux.from(bound(side.connection, sql.text(), arguments).execute())
            .concatMap(
                result ->
                    sql.columns().isEmpty()
                        ? Flux.from(result.getRowsUpdated()).map(String::valueOf)
                        : Flux.from(result.map((row, meta) -> text(sql, row, meta))))
            .collectList()
            .toFuture();
    return side;
  }

  /** Null if another waiter's turn came first: PostgreSQL promises no order among several. */
  private @Nullable List<String> outcome(Side side, Sql sql, Object[] arguments) {
    try {
      return running(side).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return List.of(e.getCause() instanceof R2dbcException sqlFailure ? said(sqlFailure) : e + "");
    } catch (TimeoutException e) {
      int blocker = number(watch, "SELECT (pg_blocking_pids(" + side.process + "))[1]");
      if (open.values().stream().anyMatch(s -> s.process == blocker && s.running != null)) {
        return null;
      }
      throw different(sql, arguments, "runs", "waits for " + blocker);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static CompletableFuture<List<String>> running(Side side) {
    if (side.running == null) {
      throw new IllegalStateException("nothing runs");
    }
    return side.running;
  }

  private void cancel(Side side) {
    await(update(watch, "SELECT pg_cancel_backend($1)", side.process));
    running(side).exceptionally(cancelled -> List.of()).join();
    side.running = null;
  }

  private static List<String> answers(Sql sql, @Nullable Answer answer) {
    if (answer == null) {
      throw new IllegalStateException("neither an answer nor a failure");
    }
    return sql.columns().isEmpty()
        ? List.of(String.valueOf(answer.changed()))
        : answer.rows().stream().map(row -> text(Arrays.asList(row))).toList();
  }

  private static String text(List<@Nullable Object> values) {
    return Arrays.deepToString(values.toArray());
  }

  private static String text(Sql sql, Row row, RowMetadata meta) {
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < sql.columns().size(); i++) {
      Object value = row.get(i);
      boolean isNamed = meta.getColumnMetadata(i).getName().equals(sql.columns().get(i));
      values.add(value instanceof OffsetDateTime at ? at.toInstant() : value);
      if (!isNamed && !meta.getColumnMetadata(i).getName().startsWith("?")) {
        values.add("called " + meta.getColumnMetadata(i).getName());
      }
    }
    return text(values);
  }

  /** The state and, of a constraint, its name. */
  private static String said(R2dbcException failure) {
    String state = String.valueOf(failure.getSqlState());
    String message = String.valueOf(failure.getMessage());
    return state.startsWith("23")
        ? state + " " + message.replaceAll(".*\"(\\w+)\"\\s*$", "$1")
        : state;
  }

  private static List<String> sorted(List<String> rows) {
    return rows.stream().sorted().toList();
  }

  private AssertionError different(Sql sql, Object[] arguments, Object simulated, Object real) {
    return new AssertionError(
        "%s %s%n  simulated: %s%n  PostgreSQL: %s%n  before that:%n    %s"
            .formatted(
                sql.name(),
                Arrays.deepToString(arguments),
                simulated,
                real,
                String.join("\n    ", steps)));
  }

  private void note(String step) {
    steps.add(step);
    if (steps.size() > SHOWN) {
      steps.remove();
    }
  }

  private static int number(Connection connection, String query) {
    return value(
        Flux.from(connection.createStatement(query).execute())
            .concatMap(result -> result.map(row -> row.get(0, Integer.class)))
            .single());
  }

  static Mono<Void> update(Connection connection, String sql, Object... arguments) {
    return Flux.from(bound(connection, sql, arguments).execute())
        .concatMap(Result::getRowsUpdated)
        .then();
  }

  private static Statement bound(Connection connection, String sql, Object... arguments) {
    Statement statement = connection.createStatement(sql);
    for (int i = 0; i < arguments.length; i++) {
      statement.bind(i, arguments[i]);
    }
    return statement;
  }

  private static void await(Mono<Void> done) {
    done.block(LIMIT);
  }

  private static <T> T value(Mono<T> mono) {
    return requireNonNull(mono.block(LIMIT));
  }

  @Override
  public void close() {
    open.values().forEach(side -> end(side, false));
    await(Mono.from(watch.close()));
  }
}
