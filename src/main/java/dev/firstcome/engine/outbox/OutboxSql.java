package dev.firstcome.engine.outbox;

import static dev.firstcome.infra.postgres.Columns.uuids;

import dev.firstcome.engine.outbox.Outbox.PutOff;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of the relay. Locked rows are skipped: another instance has them in hand. */
@Component
class OutboxSql {

  private static final String TAKE =
      """
      SELECT id, consumer, type, subject, created_at FROM outbox
      WHERE consumer = $1 AND status = 'PENDING' AND next_attempt_at <= now()
        AND next_attempt_at >= now() - interval '1 ms' * $3
      ORDER BY next_attempt_at, id LIMIT $2
      FOR UPDATE SKIP LOCKED
      """;

  // Here and below the state is put so that no index speaks of it. With outbox_due, which looks
  // empty to statistics from a quiet hour, a few events would cost a look at all (decision 0019).
  private static final String TAKE_THESE =
      """
      SELECT id, consumer, type, subject, created_at FROM outbox
      WHERE id = ANY($1) AND status || '' = 'PENDING'
      FOR UPDATE SKIP LOCKED
      """;

  private static final String FINISH = "DELETE FROM outbox WHERE id = ANY($1)";

  // 2, 4, 8 … seconds, ten minutes at the most: a repaired consumer catches up within that time.
  private static final String PUT_OFF =
      """
      UPDATE outbox SET attempts = attempts + 1, last_error = $2,
        next_attempt_at = now()
          + least(interval '10 minutes', interval '1 second' * 2 ^ least(attempts + 1, 20))
      WHERE id = $1 AND status || '' = 'PENDING'
      """;

  private static final String SAMPLE =
      """
      SELECT consumer,
        pending.backlog, pending.put_off, extract(epoch FROM greatest(interval '0',
          now() - (SELECT next_attempt_at FROM outbox o
            WHERE o.consumer = c.consumer AND status = 'PENDING'
            ORDER BY next_attempt_at LIMIT 1)))::float8 AS lag
      FROM unnest($1::text[]) AS c (consumer) CROSS JOIN LATERAL (
        SELECT count(*) AS backlog, count(*) FILTER (WHERE attempts > 0) AS put_off
        FROM (SELECT attempts FROM outbox o
          WHERE o.consumer = c.consumer AND status = 'PENDING' LIMIT $2) AS waiting) AS pending
      """;

  private static final String CLEAN =
      """
      DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox
        WHERE status = 'DELIVERED' AND delivered_at < now() - interval '1 ms' * $1
        LIMIT $2 FOR UPDATE SKIP LOCKED)
      """;

  private static final String PUT_OFF_BEFORE =
      """
      SELECT id, consumer, type, subject, attempts, last_error, created_at, next_attempt_at
      FROM outbox
      WHERE consumer <> 'PLATFORM' AND status = 'PENDING' AND attempts > 0
        AND (created_at, id) < ($1, $2)
      ORDER BY created_at DESC, id DESC LIMIT $3
      """;

  private final Database database;

  OutboxSql(Database database) {
    this.database = database;
  }

  /**
   * How a consumer stands.
   *
   * @param backlog pending events, up to the given limit
   * @param putOff those of them that could not be delivered
   * @param lag for how many seconds the first of them has been due; null if there is none
   */
  record Sample(Consumer consumer, long backlog, long putOff, @Nullable Double lag) {}

  /**
   * Locks due events of one consumer, the longest due first.
   *
   * @param back since when due at the most
   */
  Mono<List<OutboxEvent>> take(Session session, Consumer consumer, int limit, Duration back) {
    return session.list(TAKE, OutboxSql::event, consumer.name(), limit, back.toMillis());
  }

  /** Locks those of the events that are still to be delivered and that nobody else has. */
  Mono<List<OutboxEvent>> takeThese(Session session, List<OutboxEvent> events) {
    return session.list(TAKE_THESE, OutboxSql::event, (Object) uuids(events, OutboxEvent::id));
  }

  /** Forgets events whose effect is in the same transaction. */
  Mono<Long> finish(Session session, List<OutboxEvent> events) {
    return session.update(FINISH, (Object) uuids(events, OutboxEvent::id));
  }

  /** Leaves an event for later, and notes why. */
  Mono<Long> putOff(UUID id, String why) {
    return database.update(PUT_OFF, id, why);
  }

  Mono<List<Sample>> sample(Collection<Consumer> consumers, int countLimit) {
    return database.list(
        SAMPLE,
        row ->
            new Sample(
                Consumer.valueOf(row.get("consumer", String.class)),
                row.get("backlog", Long.class),
                row.get("put_off", Long.class),
                row.get("lag", Double.class)),
        consumers.stream().map(Consumer::name).toArray(String[]::new),
        countLimit);
  }

  Mono<Long> deleteDelivered(Duration age, int limit) {
    return database.update(CLEAN, age.toMillis(), limit);
  }

  /** The newest first, from just below a position on. */
  Mono<List<PutOff>> putOffBefore(Instant createdAt, UUID id, int limit) {
    return database.list(PUT_OFF_BEFORE, OutboxSql::putOff, createdAt, id, limit);
  }

  private static PutOff putOff(Readable row) {
    return new PutOff(
        event(row),
        row.get("attempts", Integer.class),
        row.get("last_error", String.class),
        row.get("next_attempt_at", Instant.class));
  }

  private static OutboxEvent event(Readable row) {
    return new OutboxEvent(
        row.get("id", UUID.class),
        Consumer.valueOf(row.get("consumer", String.class)),
        row.get("type", String.class),
        row.get("subject", UUID.class),
        row.get("created_at", Instant.class));
  }
}
