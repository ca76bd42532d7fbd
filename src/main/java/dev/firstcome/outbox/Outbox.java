package dev.firstcome.outbox;

import static dev.firstcome.database.Columns.instants;
import static dev.firstcome.database.Columns.texts;
import static dev.firstcome.database.Columns.uuids;

import dev.firstcome.database.Session;
import java.util.List;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Writes down, in the effect's own transaction, who is to be told of it afterwards. */
@Component
public class Outbox {

  private static final String WRITE =
      """
      INSERT INTO outbox (id, consumer, type, subject, created_at, next_attempt_at)
      SELECT id, consumer, type, subject, at, at
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::timestamptz[])
        AS event (id, consumer, type, subject, at)
      """;

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
