package dev.firstcome.faults;

import static dev.firstcome.faults.FaultRun.say;

import dev.firstcome.dev.Tokens;
import dev.firstcome.faults.Request.Answer;
import dev.firstcome.faults.Request.Verb;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A product is looked at while its replica keeps up, falls behind, keeps up again and is killed.
 * Every look is answered, and none is older than {@code firstcome.database.replica-lag} allows.
 */
final class StaleReads {

  private static final int STOCK = 100;

  /** Looks of a phase, spread over about five seconds. */
  private static final int LOOKS = 200;

  private static final int LOOK_MILLIS = 25;

  /** A replica that keeps up is asked again within this time. */
  private static final int NOTICED_SECONDS = 6;

  /** The default of firstcome.database.replica-lag, and as much again for a busy machine. */
  private static final long LAG_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Arena arena;
  private final Tokens tokens;
  private final List<String> violations = new ArrayList<>();
  private long product;
  private long supplied = STOCK;
  private int old;

  StaleReads(Arena arena, Tokens tokens) {
    this.arena = arena;
    this.tokens = tokens;
  }

  /**
   * @return what was wrong, a line each
   */
  List<String> run() throws Exception {
    product = new Stall(arena.door(), tokens).open(List.of(STOCK), List.of()).products().get(0);
    TimeUnit.SECONDS.sleep(NOTICED_SECONDS);
    expectOnReplica("while it keeps up", true);
    onReplica("SELECT pg_wal_replay_pause()");
    looks("while it falls behind");
    expectOnReplica("while it is behind", false);
    onReplica("SELECT pg_wal_replay_resume()");
    TimeUnit.SECONDS.sleep(NOTICED_SECONDS);
    expectOnReplica("when it keeps up again", true);
    arena.stores().killStandby();
    looks("when it is gone");
    return violations;
  }

  /**
   * @param there whether products are to be looked at on the replica, more often than not
   */
  private void expectOnReplica(String when, boolean there) throws Exception {
    long before = rowsRead();
    looks(when);
    // What a session has read is counted when it has been idle for a moment.
    TimeUnit.SECONDS.sleep(3);
    long read = rowsRead() - before;
    say("%s: of %d looks %d found the product on the replica", when, LOOKS, read);
    if (there ? read < LOOKS / 2 : read > 0) {
      violations.add("%s the replica was read %d times".formatted(when, read));
    }
  }

  /** The stock is raised, then looked at; after the allowed time every look has to see it. */
  private void looks(String when) throws InterruptedException {
    raise();
    old = 0;
    long raised = System.nanoTime();
    for (int i = 0; i < LOOKS; i++) {
      look(when, i % arena.door().instances(), raised);
      Thread.sleep(LOOK_MILLIS);
    }
    say("%s: %d looks saw the stock as it had been, and none for too long", when, old);
  }

  private void look(String when, int instance, long raised) throws InterruptedException {
    Request look =
        new Request(Verb.LOOK, "", tokens.user("looker"), "/products/" + product, "", "");
    Answer answer = arena.door().ask(look, instance, Door.PATIENT);
    boolean isOld = answer.body().path("stock").asLong() != supplied;
    old += isOld ? 1 : 0;
    if (!answer.isSuccess() || (isOld && answer.sent() - raised > LAG_NANOS)) {
      violations.add("%s: %s, %s".formatted(when, look, answer.body()));
    }
  }

  private void raise() throws InterruptedException {
    supplied++;
    String body =
        "{\"items\":[{\"productId\":%d,\"delta\":1}],\"reason\":\"supply %d\"}"
            .formatted(product, supplied);
    Request raise =
        new Request(
            Verb.ADJUST,
            "admin",
            tokens.admin("admin"),
            "/admin/stock-adjustments",
            "supply-" + product + "-" + supplied,
            body);
    if (!arena.door().ask(raise, 0, Door.PATIENT).isSuccess()) {
      violations.add("not supplied: " + raise);
    }
  }

  /** Of stock, by queries: replaying is not counted. */
  private long rowsRead() throws SQLException {
    try (Connection connection = arena.stores().connectStandby();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT seq_scan + coalesce(idx_scan, 0) FROM pg_stat_user_tables WHERE relname = 'stock'")) {
      row.next();
      return row.getLong(1);
    }
  }

  private void onReplica(String statement) throws SQLException {
    try (Connection connection = arena.stores().connectStandby();
        Statement asked = connection.createStatement()) {
      asked.execute(statement);
    }
  }
}
