package dev.firstcome.engine.outbox;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.DatabaseParts;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.r2dbc.connection.SingleConnectionFactory;
import org.springframework.test.context.ContextConfiguration;
import reactor.core.publisher.Mono;

/**
 * A queue while a snapshot is open, as pg_dump holds one: what was delivered since cannot be
 * cleaned away, and a look must not walk over it.
 */
@SpringBootTest(classes = Firstcome.class, properties = "firstcome.outbox.interval=1h")
@ContextConfiguration(initializers = OwnStores.class)
@NullUnmarked
class OldSnapshotIT {

  private static final int DELIVERED = 20_000;

  private static final String DUE_A_MINUTE_AGO =
      """
      INSERT INTO outbox (id, consumer, type, subject, created_at, next_attempt_at)
      SELECT gen_random_uuid(), 'CART', 'test', gen_random_uuid(), at, at
      FROM generate_series(1, $1), LATERAL (SELECT now() - interval '1 minute' AS at)
      """;

  @Autowired ConnectionFactory connections;
  private Connection dump;
  private SingleConnectionFactory own;
  private Database database;
  private long nanos;
  private final LookBack look = new LookBack(() -> nanos);

  /** One session for all looks: only it knows at once how many blocks they read. */
  @BeforeEach
  void connect() {
    dump = Mono.from(connections.create()).block(SOON);
    Connection one = Mono.from(connections.create()).block(SOON);
    own = new SingleConnectionFactory(one, connections.getMetadata(), true);
    database = DatabaseParts.database(own);
  }

  @AfterEach
  void close() {
    Mono.from(dump.close()).block(SOON);
    own.destroy();
  }

  private void openSnapshot() {
    run("BEGIN ISOLATION LEVEL REPEATABLE READ");
    run("SELECT count(*) FROM outbox");
  }

  private void run(String statement) {
    Mono.from(dump.createStatement(statement).execute())
        .flatMap(result -> Mono.from(result.getRowsUpdated()))
        .block(SOON);
  }

  private int deliver() {
    OutboxSql outbox = new OutboxSql(database);
    List<OutboxEvent> taken =
        database
            .transaction(
                session ->
                    outbox
                        .take(session, Consumer.CART, DELIVERED + 1, look.next())
                        .flatMap(events -> outbox.finish(session, events).thenReturn(events)))
            .block(SOON);
    look.done(true);
    nanos += Duration.ofSeconds(1).toNanos();
    return taken.size();
  }

  private long blocksOf(int looks) {
    long before = blocks();
    IntStream.range(0, looks).forEach(i -> assertThat(deliver()).isZero());
    return blocks() - before;
  }

  private long blocks() {
    database.list("SELECT pg_stat_force_next_flush()::text", row -> true).block(SOON);
    database.list("SELECT 1", row -> true).block(SOON);
    return database
        .list(
            "SELECT heap_blks_hit + heap_blks_read FROM pg_statio_user_tables WHERE relname = $1",
            row -> row.get(0, Long.class),
            "outbox")
        .block(SOON)
        .get(0);
  }

  @Test
  void looksAtNothingThatWasDeliveredLongAgo() {
    openSnapshot();
    database.update(DUE_A_MINUTE_AGO, DELIVERED).block(SOON);
    assertThat(deliver()).isEqualTo(DELIVERED);

    assertThat(blocksOf(10)).isLessThan(DELIVERED / 10);
    // As one does that looks at everything; it finds those that such a look leaves out.
    nanos += Duration.ofMinutes(1).toNanos();
    assertThat(blocksOf(1)).isGreaterThan(DELIVERED / 2);
  }

  @Test
  void tellsForHowLongTheOldestHasBeenOpen() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    OldestSnapshot oldest = new OldestSnapshot(database, meters, () -> nanos);
    TimeGauge age = meters.get("firstcome.database.oldest.snapshot").timeGauge();
    openSnapshot();
    oldest.look().block(SOON);
    nanos += Duration.ofMinutes(5).toNanos();
    database.update("UPDATE outbox SET attempts = attempts").block(SOON);
    oldest.look().block(SOON);
    assertThat(age.value(TimeUnit.SECONDS)).isEqualTo(300);
    run("COMMIT");
    database.update("CREATE TABLE moved_on ()").block(SOON);
    oldest.look().block(SOON);
    assertThat(age.value(TimeUnit.SECONDS)).isZero();
  }
}
