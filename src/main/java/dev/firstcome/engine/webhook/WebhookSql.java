package dev.firstcome.engine.webhook;

import static dev.firstcome.infra.postgres.Columns.instants;
import static dev.firstcome.infra.postgres.Columns.longs;
import static dev.firstcome.infra.postgres.Columns.texts;
import static dev.firstcome.infra.postgres.Columns.uuids;

import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.infra.postgres.Database;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of sending. Each statement is a transaction: nothing is held while an event is sent. */
@Component
class WebhookSql {

  // The lease is the next attempt, put off: should this process die, the event is simply due again.
  private static final String TAKE =
      """
      WITH due AS (
        SELECT id FROM outbox
        WHERE consumer = $1 AND status = 'PENDING' AND next_attempt_at <= now()
          AND next_attempt_at >= now() - interval '1 ms' * $4
        ORDER BY next_attempt_at, id LIMIT $3
        FOR UPDATE SKIP LOCKED)
      UPDATE outbox o SET next_attempt_at = now() + interval '1 ms' * $2
      FROM due WHERE o.id = due.id
      RETURNING o.id, o.consumer, o.type, o.subject, o.created_at, o.attempts, o.next_attempt_at,
        (extract(epoch FROM now() - o.trying_since) * 1000)::bigint AS failing_for
      """;

  // By its key and by no index on its state, as in OutboxSql. Only the holder of the lease: it may
  // have ended, or a redelivery was asked for. What the platform refuses is dead only if it has
  // accepted another event since.
  private static final String SETTLE =
      """
      WITH ended AS (
        SELECT o.id, s.attempts, s.error, s.pause, CASE
            WHEN s.ending = 'REFUSED' AND EXISTS (
              SELECT FROM outbox d
              WHERE d.status = 'DELIVERED' AND d.delivered_at > o.trying_since) THEN 'DEAD'
            WHEN s.ending = 'REFUSED' THEN 'FAILED'
            ELSE s.ending END AS ending
        FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::bigint[], $5::text[],
                    $6::bigint[]) AS s (id, lease, ending, attempts, error, pause)
        JOIN outbox o ON o.id = s.id
        WHERE o.status || '' = 'PENDING' AND o.next_attempt_at = s.lease
        ORDER BY o.id FOR UPDATE OF o)
      UPDATE outbox o SET
        status = CASE WHEN e.ending IN ('DELIVERED', 'DEAD') THEN e.ending ELSE 'PENDING' END,
        attempts = e.attempts,
        last_error = coalesce(e.error, CASE WHEN e.ending = 'RELEASED' THEN o.last_error END),
        next_attempt_at = now() + interval '1 ms' * e.pause,
        trying_since = CASE e.ending WHEN 'DELIVERED' THEN NULL WHEN 'RELEASED' THEN o.trying_since
          ELSE coalesce(o.trying_since, now()) END,
        delivered_at = CASE WHEN e.ending = 'DELIVERED' THEN now() END
      FROM ended e WHERE o.id = e.id
      RETURNING o.id, o.status
      """;

  private static final String DELETE_OLD =
      """
      DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox
        WHERE consumer = 'PLATFORM' AND status = $1 AND created_at < now() - interval '1 ms' * $2
        ORDER BY created_at LIMIT $3 FOR UPDATE SKIP LOCKED)
      """;

  private final Database database;

  WebhookSql(Database database) {
    this.database = database;
  }

  /**
   * Makes due events this instance's, the longest due ones.
   *
   * @param back since when due at the most
   */
  Mono<List<Leased>> take(Consumer consumer, Duration lease, int limit, Duration back) {
    return database.list(
        TAKE, WebhookSql::leased, consumer.name(), lease.toMillis(), limit, back.toMillis());
  }

  /** Writes down how attempts ended; the status of each event whose lease still held, by id. */
  Mono<Map<UUID, EventStatus>> settle(List<Outcome> outcomes) {
    return database
        .list(
            SETTLE,
            row -> Map.entry(row.get(0, UUID.class), EventStatus.valueOf(row.get(1, String.class))),
            uuids(outcomes, o -> o.leased().event().id()),
            instants(outcomes, o -> o.leased().until()),
            texts(outcomes, o -> o.ending().name()),
            longs(outcomes, o -> (long) o.attempts()),
            texts(outcomes, Outcome::lastError),
            longs(outcomes, o -> o.pause().toMillis()))
        .map(
            rows ->
                rows.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  /** Deletes events of that status that are older. */
  Mono<Long> deleteOld(EventStatus status, Duration age, int limit) {
    return database.update(DELETE_OLD, status.name(), age.toMillis(), limit);
  }

  private static Leased leased(Readable row) {
    OutboxEvent event =
        new OutboxEvent(
            row.get("id", UUID.class),
            Consumer.valueOf(row.get("consumer", String.class)),
            row.get("type", String.class),
            row.get("subject", UUID.class),
            row.get("created_at", Instant.class));
    Long failingFor = row.get("failing_for", Long.class);
    return new Leased(
        event,
        row.get("next_attempt_at", Instant.class),
        row.get("attempts", Integer.class),
        failingFor == null ? null : Duration.ofMillis(failingFor));
  }
}
