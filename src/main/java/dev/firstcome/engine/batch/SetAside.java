package dev.firstcome.engine.batch;

import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * What background jobs could not do and will try again, by job and subject. Outbox events keep the
 * same about themselves in their own rows.
 */
@Component
public class SetAside {

  /** Of one job. Where more fail it is not one row that is wrong: the job fails and pauses. */
  static final int LIMIT = 10_000;

  private static final Duration UPKEEP_INTERVAL = Duration.ofSeconds(10);

  // 2, 4, 8 … seconds, ten minutes at the most.
  private static final String PUT =
      """
      INSERT INTO set_aside (job, subject, attempts, last_error, next_attempt_at)
      SELECT $1, $2, 1, $3, now() + interval '2 seconds'
      WHERE $4 > (SELECT count(*) FROM set_aside WHERE job = $1)
        OR EXISTS (SELECT FROM set_aside WHERE job = $1 AND subject = $2)
      ON CONFLICT (job, subject) DO UPDATE SET
        attempts = set_aside.attempts + 1, last_error = excluded.last_error,
        next_attempt_at = now()
          + least(interval '10 minutes',
                  interval '1 second' * 2 ^ least(set_aside.attempts + 1, 20))
      """;

  private static final String DONE = "DELETE FROM set_aside WHERE job = $1 AND subject = ANY($2)";

  private static final String NEWEST_BEFORE =
      """
      SELECT id, job, subject, attempts, last_error, created_at, next_attempt_at FROM set_aside
      WHERE (created_at, id) < ($1, $2)
      ORDER BY created_at DESC, id DESC LIMIT $3
      """;

  private static final String COUNT = "SELECT job, count(*) FROM set_aside GROUP BY job";

  // It was due for an hour and nobody took it: what it is about has ended in another way.
  private static final String FORGET =
      "DELETE FROM set_aside WHERE next_attempt_at < now() - interval '1 hour'";

  private final Database database;
  private final MeterRegistry meters;
  private volatile Map<String, Long> counts = Map.of();

  SetAside(Database database, PeriodicJobs jobs, MeterRegistry meters) {
    this.database = database;
    this.meters = meters;
    jobs.add("set-aside upkeep", UPKEEP_INTERVAL, Mono.defer(this::upkeep));
  }

  /**
   * Something that a job could not do.
   *
   * @param subject such as {@code order:UUID}
   * @param createdAt when it was set aside first
   */
  public record Item(
      UUID id,
      String job,
      String subject,
      int attempts,
      String lastError,
      Instant createdAt,
      Instant nextAttemptAt) {}

  /** Counts what this job sets aside, from now on. */
  public void count(String job) {
    Gauge.builder("firstcome.jobs.set.aside", () -> counts.getOrDefault(job, 0L))
        .description("rows that a background job could not do and will try again")
        .tag("job", job)
        .register(meters);
  }

  /** Notes a failure; the pause grows with each. Fails when too much is set aside already. */
  public Mono<Void> put(String job, String subject, String why) {
    return database
        .update(PUT, job, subject, why, (long) LIMIT)
        .filter(written -> written == 1)
        .switchIfEmpty(
            Mono.error(() -> new IllegalStateException(job + ": " + LIMIT + " rows are set aside")))
        .then();
  }

  /** Inside the transaction in which they are done: nothing is set aside of these any more. */
  public Mono<Void> done(Session session, String job, Collection<String> subjects) {
    return session.update(DONE, job, subjects.toArray(String[]::new)).then();
  }

  /** The newest first, from just below a position on. */
  public Mono<List<Item>> newestBefore(Instant createdAt, UUID id, int limit) {
    return database.list(NEWEST_BEFORE, SetAside::item, createdAt, id, limit);
  }

  Mono<Boolean> upkeep() {
    return database
        .list(COUNT, row -> Map.entry(row.get(0, String.class), row.get(1, Long.class)))
        .doOnNext(
            rows ->
                counts =
                    rows.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)))
        .then(database.update(FORGET))
        .thenReturn(false);
  }

  private static Item item(Readable row) {
    return new Item(
        row.get("id", UUID.class),
        row.get("job", String.class),
        row.get("subject", String.class),
        row.get("attempts", Integer.class),
        row.get("last_error", String.class),
        row.get("created_at", Instant.class),
        row.get("next_attempt_at", Instant.class));
  }
}
