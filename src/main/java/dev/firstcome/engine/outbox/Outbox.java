package dev.firstcome.engine.outbox;

import static dev.firstcome.infra.postgres.Columns.instants;
import static dev.firstcome.infra.postgres.Columns.texts;
import static dev.firstcome.infra.postgres.Columns.uuids;

import dev.firstcome.infra.postgres.Session;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Writes down, in the effect's own transaction, which consumers must hear of it afterwards. */
@Component
public class Outbox {

  private static final String WRITE =
      """
      INSERT INTO outbox (id, consumer, type, subject, created_at, next_attempt_at)
      SELECT id, consumer, type, subject, at, now()
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::timestamptz[])
        AS event (id, consumer, type, subject, at)
      """;

  private final OutboxSql sql;

  Outbox(OutboxSql sql) {
    this.sql = sql;
  }

  /** An event that could not be delivered within this database, and will be tried again. */
  public record PutOff(
      OutboxEvent event, int attempts, @Nullable String lastError, Instant nextAttemptAt) {}

  /** The newest first, from just below a position on. */
  public Mono<List<PutOff>> putOffBefore(Instant createdAt, UUID id, int limit) {
    return sql.putOffBefore(createdAt, id, limit);
  }

  /** One statement for all of a batch's events. */
  public Mono<Void> write(Session session, List<OutboxEvent> events) {
    if (events.isEmpty()) {
      return Mono.empty();
    }
    return session
        .update(
            WRITE,
            uuids(events, OutboxEvent::id),
            texts(events, e -> e.consumer().name()),
            texts(events, OutboxEvent::type),
            uuids(events, OutboxEvent::subject),
            instants(events, OutboxEvent::createdAt))
        .then();
  }
}
