package dev.firstcome.shop.line;

import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.Database;
import java.time.Duration;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Deletes the tickets of drops that closed long ago. A drop has one for each user at the most. The
 * line counts them off, so that it opens with those who are there if its drop is opened after all.
 */
@Component
class TicketCleaning {

  private static final Duration INTERVAL = Duration.ofMinutes(1);

  private static final int LIMIT = 1_000;

  // A shuffle that is under way counts on its tickets.
  private static final String CLEAN =
      """
      WITH lines AS MATERIALIZED (
        SELECT l.drop_id FROM drops d JOIN drop_lines l ON l.drop_id = d.id
        WHERE d.closes_at < statement_timestamp() - $1 * interval '1 second'
          AND (l.opened_at IS NULL OR l.shuffled_at IS NOT NULL)
          AND EXISTS (SELECT FROM tickets t WHERE t.drop_id = l.drop_id)
        LIMIT 100 FOR NO KEY UPDATE OF l SKIP LOCKED),
      deleted AS (
        DELETE FROM tickets WHERE (drop_id, user_id) IN (
          SELECT t.drop_id, t.user_id FROM lines JOIN tickets t USING (drop_id)
          LIMIT $2 FOR UPDATE OF t SKIP LOCKED)
        RETURNING drop_id, status)
      UPDATE drop_lines SET waiting = drop_lines.waiting - counted.waiting
      FROM (
        SELECT drop_id, count(*) FILTER (WHERE status = 'WAITING') AS waiting
        FROM deleted GROUP BY drop_id) AS counted
      WHERE drop_lines.drop_id = counted.drop_id
      """;

  private final Database database;
  private final LineSettings settings;

  TicketCleaning(Database database, LineSettings settings, PeriodicJobs jobs) {
    this.database = database;
    this.settings = settings;
    jobs.add("ticket cleaning", INTERVAL, Mono.defer(this::clean));
  }

  /** One batch; emits whether there may be more to delete. */
  Mono<Boolean> clean() {
    return database
        .update(CLEAN, settings.retention().toSeconds(), LIMIT)
        .map(counted -> counted > 0);
  }
}
