package dev.firstcome.outbox;

import static dev.firstcome.database.Columns.uuids;

import dev.firstcome.database.Database;
import dev.firstcome.database.Session;
import dev.firstcome.outbox.OutboxEvent.Consumer;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of the relay. Locked rows are skipped: another instance has them in hand. */
@Component
class OutboxRepository {

  private static final String TAKE =
      """
      SELECT id, consumer, type, subject, created_at FROM outbox
      WHERE consumer = $1 AND status = 'PENDING' AND next_attempt_at <= $2
      ORDER BY next_attempt_at, id LIMIT $3
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
        next_attempt_at = $3::timestamptz
          + least(interval '10 minutes', interval '1 second' * 2 ^ least(attempts + 1, 20))
      WHERE id = $1 AND status || '' = 'PENDING'
      """;

  private static final String SAMPLE =
      """
      SELECT consumer,
        (SELECT count(*) FROM (SELECT FROM outbox o
           WHERE o.consumer = c.consumer AND status = 'PENDING' LIMIT $2) AS pending) AS backlog,
        (SELECT next_attempt_at FROM outbox o
           WHERE o.consumer = c.consumer AND status = 'PENDING'
           ORDER BY next_attempt_at LIMIT 1) AS first_due
      FROM unnest($1::text[]) AS c (consumer)
      """;

  private static final String CLEAN =
      """
      DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox WHERE status = 'DELIVERED' AND delivered_at < $1
        LIMIT $2 FOR UPDATE SKIP LOCKED)
      """;

  private final Database database;

  OutboxRepository(Database database) {
    this.database = database;
  }

  /**
   * How a consumer stands.
   *
   * @param backlog pending events, up to the given limit
   * @param firstDue when the first of them is or was due; null if there is none
   */
  record Sample(Consumer consumer, long backlog, @Nullable Instant firstDue) {}

  /** Locks due events of one consumer, the longest due first. */
  Mono<List<OutboxEvent>> take(Session session, Consumer consumer, Instant now, int limit) {
    return session.list(TAKE, OutboxRepository::event, consumer.name(), now, limit);
  }

  /** Locks those of the events that are still to be delivered and that nobody else has. */
  Mono<List<OutboxEvent>> takeThese(Session session, List<OutboxEvent> events) {
    return session.list(
        TAKE_THESE, OutboxRepository::event, (Object) uuids(events, OutboxEvent::id));
  }

  /** Forgets events whose effect is in the same transaction. */
  Mono<Long> finish(Session session, List<OutboxEvent> events) {
    return session.update(FINISH, (Object) uuids(events, OutboxEvent::id));
  }

  /** Leaves an event for later, and notes why. */
  Mono<Long> putOff(UUID id, String why, Instant now) {
    return database.update(PUT_OFF, id, why, now);
  }

  Mono<List<Sample>> sample(Collection<Consumer> consumers, int countLimit) {
    return database.list(
        SAMPLE,
        row ->
            new Sample(
                Consumer.valueOf(row.get("consumer", String.class)),
                row.get("backlog", Long.class),
                row.get("first_due", Instant.class)),
        consumers.stream().map(Consumer::name).toArray(String[]::new),
        countLimit);
  }

  Mono<Long> deleteDeliveredBefore(Instant time, int limit) {
    return database.update(CLEAN, time, limit);
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
