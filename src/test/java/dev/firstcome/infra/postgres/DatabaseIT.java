package dev.firstcome.infra.postgres;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.ShopTest;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@ShopTest
class DatabaseIT {

  private static final String TRANSACTION = "SELECT pg_current_xact_id()::text FROM pg_sleep(0.01)";
  private static final String TERMINATE = "SELECT pg_terminate_backend($1, 5000)";

  @Autowired Database database;
  @Autowired ConnectionPool pool;
  @Autowired ServerCheck server;

  @Test
  void givesEachTransactionAConnectionOfItsOwn() {
    List<List<String>> seen =
        requireNonNull(
            Flux.range(0, 100)
                .flatMap(i -> database.transaction(DatabaseIT::lookTwice), 100)
                .collectList()
                .block(SOON));
    assertThat(seen).allSatisfy(twice -> assertThat(twice.get(0)).isEqualTo(twice.get(1)));
    assertThat(seen).extracting(twice -> twice.get(0)).doesNotHaveDuplicates();
  }

  @Test
  void findsItsLimitsKeptByTheServer() {
    assertThat(server.look().block(SOON)).isEmpty();
  }

  @Test
  void goesByTheKeyInATableThatWasEmptyWhenItWasPlanned() {
    String plan =
        requireNonNull(
            database
                .transaction(
                    session ->
                        session
                            .update(
                                "CREATE TEMPORARY TABLE fresh (LIKE orders INCLUDING ALL) ON COMMIT DROP")
                            .thenMany(
                                session
                                    .list(
                                        "EXPLAIN SELECT * FROM fresh WHERE id = ANY('{%s}'::uuid[]) ORDER BY id"
                                            .formatted(UUID.randomUUID()),
                                        row -> row.get(0, String.class))
                                    .flatMapIterable(lines -> lines))
                            .collectList()
                            .map(lines -> String.join("\n", lines)))
                .block(SOON));
    assertThat(plan).contains("fresh_pkey").doesNotContain("Seq Scan");
  }

  @Test
  void leavesNothingOfATransactionThatFails() {
    String user = "database-" + UUID.randomUUID();
    String insert = "INSERT INTO point_balances (user_id, balance) VALUES ($1, 0)";
    Mono<Long> twice =
        database.transaction(
            session -> session.update(insert, user).then(session.update(insert, user)));
    assertThatThrownBy(() -> twice.block(SOON))
        .isInstanceOf(R2dbcDataIntegrityViolationException.class);
    assertThat(
            database
                .list("SELECT 1 FROM point_balances WHERE user_id = $1", row -> 1, user)
                .block(SOON))
        .isEmpty();
  }

  @Test
  void givesTheConnectionBackWhenItIsLostBeforeTheCommit() {
    Mono<Long> cutOff =
        database.transaction(
            session ->
                session
                    .list("SELECT pg_backend_pid()", row -> row.get(0, Integer.class))
                    .flatMap(pid -> database.update(TERMINATE, pid.get(0))));
    failsWith(Failure.UNAVAILABLE, cutOff);
  }

  @Test
  void givesTheConnectionBackWhenTheCommitIsRefused() {
    Mono<Long> refused =
        database.transaction(
            session ->
                session
                    .update(
                        "CREATE TEMP TABLE names (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)"
                            + " ON COMMIT DROP")
                    .then(session.update("INSERT INTO names VALUES (1), (1)")));
    failsWith(Failure.TRANSIENT, refused);
  }

  /** More often than the pool has connections, so that one lost each time would be missed. */
  private void failsWith(Failure kind, Mono<Long> transaction) {
    for (int i = 0; i < 25; i++) {
      assertThatThrownBy(() -> transaction.block(SOON))
          .satisfies(failure -> assertThat(DatabaseFailures.classify(failure)).isEqualTo(kind));
    }
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(pool.getMetrics().orElseThrow().acquiredSize()).isZero());
    assertThat(database.list("SELECT 1", row -> 1).block(SOON)).hasSize(1);
  }

  private static Mono<List<String>> lookTwice(Session session) {
    return look(session).zipWhen(first -> look(session), List::of);
  }

  private static Mono<String> look(Session session) {
    return session.list(TRANSACTION, row -> row.get(0, String.class)).map(rows -> rows.get(0));
  }
}
