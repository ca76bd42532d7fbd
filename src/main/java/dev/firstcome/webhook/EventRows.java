package dev.firstcome.webhook;

import dev.firstcome.database.Database;
import dev.firstcome.web.TimePosition;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Outgoing events as administrators see them. */
@Component
class EventRows {

  // One index serves a list of any status and of all, however few or many have it.
  private static final String NEWEST_BEFORE =
      """
      SELECT e.* FROM unnest($1::text[]) AS wanted (status) CROSS JOIN LATERAL (
        SELECT id, type, status, attempts, last_error, created_at, next_attempt_at FROM outbox
        WHERE consumer = 'PLATFORM' AND status = wanted.status AND (created_at, id) < ($2, $3)
        ORDER BY created_at DESC, id DESC LIMIT $4) AS e
      ORDER BY created_at DESC, id DESC LIMIT $4
      """;

  private static final String REDELIVER =
      """
      UPDATE outbox SET status = 'PENDING', attempts = 0, next_attempt_at = $2,
        trying_since = NULL, delivered_at = NULL
      WHERE id = $1 AND consumer = 'PLATFORM'
      """;

  private final Database database;

  EventRows(Database database) {
    this.database = database;
  }

  /**
   * @param nextAttemptAt the earliest; of an event in flight, when somebody else may try it
   */
  record EventRow(
      UUID id,
      String type,
      EventStatus status,
      int attempts,
      @Nullable String lastError,
      Instant createdAt,
      Instant nextAttemptAt) {}

  Mono<List<EventRow>> newestBefore(
      Collection<EventStatus> statuses, TimePosition position, int limit) {
    return database.list(
        NEWEST_BEFORE,
        EventRows::event,
        statuses.stream().map(EventStatus::name).toArray(String[]::new),
        position.at(),
        position.id(),
        limit);
  }

  /** Due at once, as if it had never been tried; emits whether there is such an event. */
  Mono<Boolean> redeliver(UUID id, Instant now) {
    return database.update(REDELIVER, id, now).map(changed -> changed == 1);
  }

  private static EventRow event(Readable row) {
    return new EventRow(
        row.get("id", UUID.class),
        row.get("type", String.class),
        EventStatus.valueOf(row.get("status", String.class)),
        row.get("attempts", Integer.class),
        row.get("last_error", String.class),
        row.get("created_at", Instant.class),
        row.get("next_attempt_at", Instant.class));
  }
}
