package dev.firstcome.engine.outbox;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OldSnapshot;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.engine.batch.LookBack;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.infra.postgres.Database;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
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
import org.springframework.test.context.ContextConfiguration;

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
  private OldSnapshot snapshot;
  private Database database;
  private long nanos;
  private final LookBack look = new LookBack(() -> nanos);

  @BeforeEach
  void connect() {
    snapshot = new OldSnapshot(connections);
    database = snapshot.database;
  }

  @AfterEach
  void close() {
    snapshot.close();
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
    long before = snapshot.blocks("outbox");
    IntStream.range(0, looks).forEach(i -> assertThat(deliver()).isZero());
    return snapshot.blocks("outbox") - before;
  }

  @Test
  void looksAtNothingThatWasDeliveredLongAgo() {
    snapshot.open("outbox");
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
    snapshot.open("outbox");
    oldest.look().block(SOON);
    nanos += Duration.ofMinutes(5).toNanos();
    database.update("UPDATE outbox SET attempts = attempts").block(SOON);
    oldest.look().block(SOON);
    assertThat(age.value(TimeUnit.SECONDS)).isEqualTo(300);
    snapshot.end();
    database.update("CREATE TABLE moved_on ()").block(SOON);
    oldest.look().block(SOON);
    assertThat(age.value(TimeUnit.SECONDS)).isZero();
  }
}
