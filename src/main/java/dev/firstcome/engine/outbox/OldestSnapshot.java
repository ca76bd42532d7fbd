package dev.firstcome.engine.outbox;

import dev.firstcome.infra.postgres.Database;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * For how long the oldest snapshot has been open in PostgreSQL, whoever holds it: a dump, a
 * forgotten transaction, a standby, a replication slot, a prepared transaction. Until it ends
 * nothing that was deleted or changed can be cleared away, and hot rows become slow.
 *
 * <p>Other people's times are not shown to everybody, their horizon is: it is looked at again and
 * again, and this machine's monotonic clock tells for how long it has not moved.
 */
@Component
final class OldestSnapshot {

  // A vacuum holds nothing back, nor does this look. Of another role's session PostgreSQL shows the
  // horizon and its transaction, not what it is.
  private static final String HORIZON =
      """
      SELECT held.xmin::text AS horizon FROM (
        SELECT unnest(ARRAY[backend_xmin, backend_xid]) AS xmin FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND backend_type IS DISTINCT FROM 'autovacuum worker'
        UNION ALL SELECT xmin FROM pg_replication_slots
        UNION ALL SELECT transaction FROM pg_prepared_xacts) AS held
      WHERE held.xmin IS NOT NULL ORDER BY age(held.xmin) DESC LIMIT 1
      """;

  private final Database database;
  private final LongSupplier nanos;
  private volatile @Nullable Seen seen;

  /** The horizon, and when it was first seen there. */
  private record Seen(String horizon, long nanos) {}

  @Autowired
  OldestSnapshot(Database database, MeterRegistry meters) {
    this(database, meters, System::nanoTime);
  }

  OldestSnapshot(Database database, MeterRegistry meters, LongSupplier nanos) {
    this.database = database;
    this.nanos = nanos;
    TimeGauge.builder("firstcome.database.oldest.snapshot", this::age, TimeUnit.NANOSECONDS)
        .description("for how long the oldest snapshot in PostgreSQL has been open")
        .register(meters);
  }

  Mono<Void> look() {
    return database
        .list(HORIZON, row -> row.get("horizon", String.class))
        .doOnNext(held -> note(held.isEmpty() ? null : held.get(0)))
        // What is unknown is not old.
        .doOnError(unknown -> note(null))
        .then();
  }

  /**
   * @param horizon null: nothing is held
   */
  private void note(@Nullable String horizon) {
    Seen before = seen;
    if (horizon == null) {
      seen = null;
    } else if (before == null || !before.horizon.equals(horizon)) {
      seen = new Seen(horizon, nanos.getAsLong());
    }
  }

  private double age() {
    Seen now = seen;
    return now == null ? 0 : nanos.getAsLong() - now.nanos;
  }
}
