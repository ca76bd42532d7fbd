package dev.firstcome.shop.desk;

import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.Database;
import java.time.Duration;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Dates the lines that were ordered before lines had a date, so that a search finds them. */
@Component
class UndatedLines {

  /** Between two looks once there are none. */
  private static final Duration INTERVAL = Duration.ofMinutes(5);

  /** Lines of one statement: locks and dead rows of a moment. */
  private static final int LIMIT = 500;

  // A line without an order, which there should be none of, is dated all the same: else it would
  // come again for ever.
  private static final String DATE =
      """
      UPDATE order_items
      SET ordered_at = coalesce((SELECT created_at FROM orders WHERE id = order_id), 'epoch')
      WHERE (order_id, product_id) IN (
        SELECT order_id, product_id FROM order_items WHERE ordered_at IS NULL
        ORDER BY order_id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
      """;

  private final Database database;

  UndatedLines(Database database, PeriodicJobs jobs) {
    this.database = database;
    jobs.add("dating order lines", INTERVAL, Mono.defer(this::date));
  }

  /** Emits whether there may be more. */
  Mono<Boolean> date() {
    return database.update(DATE, LIMIT).map(dated -> dated == LIMIT);
  }
}
