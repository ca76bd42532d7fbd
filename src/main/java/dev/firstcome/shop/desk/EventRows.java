package dev.firstcome.shop.desk;

import static dev.firstcome.infra.postgres.Columns.uuids;

import dev.firstcome.engine.webhook.EventStatus;
import dev.firstcome.http.dispatch.TimePosition;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
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
public class EventRows {

  // One index serves a list of any status and of all, however few or many have it.
  private static final String NEWEST_BEFORE =
      """
      SELECT e.* FROM unnest($1::text[]) AS wanted (status) CROSS JOIN LATERAL (
        SELECT id, type, status, attempts, last_error, created_at, next_attempt_at FROM outbox
        WHERE consumer = 'PLATFORM' AND status = wanted.status AND (created_at, id) < ($2, $3)
        ORDER BY created_at DESC, id DESC LIMIT $4) AS e
      ORDER BY created_at DESC, id DESC LIMIT $4
      """;

  private static final String LOCK =
      """
      SELECT id, status, attempts FROM outbox
      WHERE id = $1 AND consumer = 'PLATFORM' FOR NO KEY UPDATE
      """;

  // So many at a time: locks and dead rows of a moment.
  private static final String LOCK_SOME =
      """
      SELECT id, status, attempts FROM outbox WHERE consumer = 'PLATFORM' AND status = $1
      ORDER BY created_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
      """;

  private static final String REDELIVER =
      """
      UPDATE outbox SET status = 'PENDING', attempts = 0, next_attempt_at = now(),
        trying_since = NULL, delivered_at = NULL
      WHERE id = ANY($1)
      """;

  private final Database database;

  EventRows(Database database) {
    this.database = database;
  }

  /**
   * @param nextAttemptAt the earliest; of an event in flight, when somebody else may try it
   */
  public record EventRow(
      UUID id,
      String type,
      EventStatus status,
      int attempts,
      @Nullable String lastError,
      Instant createdAt,
      Instant nextAttemptAt) {}

  public Mono<List<EventRow>> newestBefore(
      Collection<EventStatus> statuses, TimePosition position, int limit) {
    return database.list(
        NEWEST_BEFORE,
        EventRows::event,
        statuses.stream().map(EventStatus::name).toArray(String[]::new),
        position.at(),
        position.id(),
        limit);
  }

  /**
   * How far an event has come.
   *
   * @param attempts those that failed
   */
  public record Progress(EventStatus status, int attempts) {

    /** As if it had never been tried. */
    static final Progress NONE = new Progress(EventStatus.PENDING, 0);
  }

  /** An event that is due again, and how far it had come. */
  public record Redelivered(UUID id, Progress before) {}

  /** Due at once, as if it had never been tried; nothing in the list if there is no such event. */
  public Mono<List<Redelivered>> redeliver(Session session, UUID id) {
    return redeliver(session, session.list(LOCK, EventRows::redelivered, id));
  }

  /** The same for events of one status, the oldest first, at most so many. */
  public Mono<List<Redelivered>> redeliver(Session session, EventStatus status, int limit) {
    return redeliver(
        session, session.list(LOCK_SOME, EventRows::redelivered, status.name(), limit));
  }

  private static Mono<List<Redelivered>> redeliver(
      Session session, Mono<List<Redelivered>> locked) {
    return locked.delayUntil(
        events -> session.update(REDELIVER, (Object) uuids(events, Redelivered::id)));
  }

  private static Redelivered redelivered(Readable row) {
    EventStatus status = EventStatus.valueOf(row.get(1, String.class));
    return new Redelivered(row.get(0, UUID.class), new Progress(status, row.get(2, Integer.class)));
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
