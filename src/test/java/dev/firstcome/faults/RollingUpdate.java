package dev.firstcome.faults;

import static dev.firstcome.faults.FaultRun.say;

import dev.firstcome.dev.Tokens;
import dev.firstcome.faults.Crowd.Market;
import dev.firstcome.faults.Plan.Fault;
import dev.firstcome.faults.Request.Answer;
import dev.firstcome.faults.Timeline.Happened;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Instance after instance restarted under load, then the schema expanded under load as the next
 * release's migrations would, and instance after instance restarted on it. Clients go to another
 * instance when a connection is refused or breaks, and may hear nothing else that is wrong.
 */
final class RollingUpdate {

  private static final int PLENTY = 1_000_000;
  private static final int THOUGHT_MILLIS = 60;
  private static final int WARM_UP_SECONDS = 10;
  private static final int CALM_SECONDS = 3;

  /**
   * Whoever waits for a whole table holds up all who come after: so only briefly, but again. An
   * autovacuum gives way to who has waited for the deadlock timeout: so that has to be the shorter.
   */
  private static final String LOCK_LIMIT =
      "SET lock_timeout = '200ms'; SET deadlock_timeout = '100ms'";

  private static final int LOCK_ATTEMPTS = 50;
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private static final String TABLES =
      """
      SELECT tablename FROM pg_tables
      WHERE schemaname = 'public' AND tablename <> 'flyway_schema_history' ORDER BY 1
      """;

  private static final String HISTORY =
      """
      INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,
        checksum, installed_by, execution_time, success)
      SELECT max(installed_rank) + 1, '999', 'expanded', 'SQL', 'V999__expanded.sql', 1,
        current_user, 1, true
      FROM flyway_schema_history
      """;

  private final Arena arena;
  private final Tokens tokens;
  private final List<Happened> restarts = new ArrayList<>();

  RollingUpdate(Arena arena, Tokens tokens) {
    this.arena = arena;
    this.tokens = tokens;
  }

  /**
   * @return what was wrong, a line each
   */
  List<String> run() throws Exception {
    Stall stall = new Stall(arena.door(), tokens);
    Market market = stall.open(List.of(PLENTY, PLENTY, PLENTY), List.of(PLENTY, PLENTY));
    Crowd crowd = new Crowd(arena.door(), tokens, "u-", 1, THOUGHT_MILLIS, market);
    crowd.start();
    TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
    restartAll();
    expand();
    TimeUnit.SECONDS.sleep(CALM_SECONDS);
    restartAll();
    TimeUnit.SECONDS.sleep(CALM_SECONDS);
    crowd.stop();
    crowd.settle();
    List<String> violations = new ArrayList<>(heard(crowd.requests()));
    violations.addAll(new Books(arena.stores(), "u-").check(crowd.requests()));
    return violations;
  }

  private void restartAll() throws Exception {
    for (int instance = 0; instance < arena.door().instances(); instance++) {
      Fault restart = new Fault(Kind.STOP_INSTANCE, instance, 0, 0, 0);
      long began = System.nanoTime();
      arena.begin(restart);
      long stopped = System.nanoTime();
      arena.end(restart);
      restarts.add(new Happened(restart, began, System.nanoTime()));
      say(
          "instance %d: stopped in %d ms, open again in %d",
          instance,
          TimeUnit.NANOSECONDS.toMillis(stopped - began),
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - stopped));
      TimeUnit.SECONDS.sleep(CALM_SECONDS);
    }
  }

  /** A nullable column in every table, a table, and a history that no instance knows. */
  private void expand() throws SQLException {
    try (Connection connection = arena.stores().connect();
        Statement statement = connection.createStatement()) {
      statement.execute(LOCK_LIMIT);
      List<String> tables = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery(TABLES)) {
        while (rows.next()) {
          tables.add(rows.getString(1));
        }
      }
      for (String table : tables) {
        alter(statement, "ALTER TABLE %s ADD COLUMN expanded text".formatted(table));
      }
      statement.execute("CREATE TABLE expanded (id bigint CONSTRAINT expanded_pkey PRIMARY KEY)");
      statement.execute(HISTORY);
      say("the schema is expanded: a column in each of %d tables, and a table", tables.size());
    }
  }

  private static void alter(Statement statement, String change) throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try {
        statement.execute(change);
        return;
      } catch (SQLException held) {
        if (!LOCK_NOT_AVAILABLE.equals(held.getSQLState()) || attempt == LOCK_ATTEMPTS) {
          throw held;
        }
      }
    }
  }

  private List<String> heard(Collection<Request> requests) {
    List<String> violations = new ArrayList<>();
    Map<String, Integer> retried = new TreeMap<>();
    List<Long> certain = new ArrayList<>();
    for (Request request : requests) {
      for (Answer answer : request.answers()) {
        if (answer.isCertain()) {
          certain.add(answer.at());
        } else if (mayBeRetried(answer)) {
          retried.merge(answer.outcome(), 1, Integer::sum);
        } else if (!answer.code().equals("client gave up")) {
          violations.add(
              "%s of instance %d: %s".formatted(answer.outcome(), answer.instance(), request));
        }
      }
    }
    say("%d answers; sent again to the other instance: %s", certain.size(), retried);
    say("the longest time without an answer: %d ms", gap(certain));
    return violations;
  }

  /** No connection, or one that an instance on its way out has closed. */
  private boolean mayBeRetried(Answer answer) {
    return (answer.code().equals(Door.REFUSED_CONNECTION)
            || answer.code().equals(Door.BROKEN_CONNECTION))
        && restarts.stream()
            .filter(r -> r.fault().instance() == answer.instance())
            .anyMatch(r -> answer.at() >= r.began() && answer.sent() <= r.ended());
  }

  private static long gap(List<Long> times) {
    times.sort(null);
    long gap = 0;
    for (int i = 1; i < times.size(); i++) {
      gap = Math.max(gap, times.get(i) - times.get(i - 1));
    }
    return TimeUnit.NANOSECONDS.toMillis(gap);
  }
}
