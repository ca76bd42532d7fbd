package dev.firstcome.webhook;

import static dev.firstcome.database.Columns.instants;
import static dev.firstcome.database.Columns.longs;
import static dev.firstcome.database.Columns.texts;
import static dev.firstcome.database.Columns.uuids;

import dev.firstcome.database.Database;
import dev.firstcome.outbox.OutboxEvent;
import dev.firstcome.outbox.OutboxEvent.Consumer;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of sending. Each statement is a transaction: nothing is held while an event is sent. */
@Component
class WebhookRepository {

  // The lease is the next attempt, put off: should this process die, the event is simply due again.
  private static final String TAKE =
      """
      WITH due AS (
        SELECT id FROM outbox
        WHERE consumer = $1 AND status = 'PENDING' AND next_attempt_at <= $2
        ORDER BY next_attempt_at, id LIMIT $4
        FOR UPDATE SKIP LOCKED)
      UPDATE outbox o SET next_attempt_at = $3 FROM due WHERE o.id = due.id
      RETURNING o.id, o.consumer, o.type, o.subject, o.created_at, o.attempts, o.trying_since
      """;

  // By its key and by no index on its state, as in OutboxRepository.
  // Only whoever still has the lease: it may have run out, or somebody asked for a redelivery.
  private static final String SETTLE =
      """
      UPDATE outbox o
      SET status = s.status, attempts = s.attempts,
        last_error = coalesce(s.error, CASE WHEN s.status = 'PENDING' THEN o.last_error END),
        next_attempt_at = s.next, trying_since = s.since, delivered_at = s.delivered
      FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::bigint[], $5::text[],
                  $6::timestamptz[], $7::timestamptz[], $8::timestamptz[])
        AS s (id, lease, status, attempts, error, next, since, delivered)
      WHERE o.id = s.id AND o.status || '' = 'PENDING' AND o.next_attempt_at = s.lease
      """;

  private static final String DELETE_OLD =
      """
      DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox
        WHERE consumer = 'PLATFORM' AND status = $1 AND created_at < $2
        ORDER BY created_at LIMIT $3 FOR UPDATE SKIP LOCKED)
      """;

  private final Database database;

  WebhookRepository(Database database) {
    this.database = database;
  }

  /** Makes due events this instance's, the longest due ones. */
  Mono<List<Leased>> take(Consumer consumer, Instant now, Instant until, int limit) {
    return database.list(TAKE, row -> leased(row, until), consumer.name(), now, until, limit);
  }

  /** Writes down how attempts ended. */
  Mono<Long> settle(List<Outcome> outcomes) {
    return database.update(
        SETTLE,
        uuids(outcomes, o -> o.leased().event().id()),
        instants(outcomes, o -> o.leased().until()),
        texts(outcomes, o -> o.status().name()),
        longs(outcomes, o -> (long) o.attempts()),
        texts(outcomes, Outcome::lastError),
        instants(outcomes, Outcome::nextAttemptAt),
        instants(outcomes, Outcome::tryingSince),
        instants(outcomes, Outcome::deliveredAt));
  }

  Mono<Long> deleteOld(EventStatus status, Instant before, int limit) {
    return database.update(DELETE_OLD, status.name(), before, limit);
  }

  private static Leased leased(Readable row, Instant until) {
    OutboxEvent event =
        new OutboxEvent(
            row.get("id", UUID.class),
            Consumer.valueOf(row.get("consumer", String.class)),
            row.get("type", String.class),
            row.get("subject", UUID.class),
            row.get("created_at", Instant.class));
    return new Leased(
        event, until, row.get("attempts", Integer.class), row.get("trying_since", Instant.class));
  }
}
