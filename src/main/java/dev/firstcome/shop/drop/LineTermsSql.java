package dev.firstcome.shop.drop;

import dev.firstcome.infra.postgres.Session;
import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * The SQL of a line's terms. What moves in it belongs to the line itself. The seed is made by
 * PostgreSQL, so that no parameter, and no log of parameters, ever has it.
 */
@Component
class LineTermsSql {

  private static final String LOCK =
      """
      SELECT rate_per_second, admission_seconds, absent_seconds
      FROM drop_lines WHERE drop_id = $1 AND active FOR NO KEY UPDATE
      """;

  // A line that was cleared and is set again keeps its seed: nobody draws lots twice.
  private static final String PUT =
      """
      INSERT INTO drop_lines (drop_id, seed, rate_per_second, admission_seconds, absent_seconds)
      SELECT $1, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), rate, $2, $3
      FROM unnest($4::bigint[]) AS may_be_null (rate)
      ON CONFLICT (drop_id) DO UPDATE SET active = true, rate_per_second = EXCLUDED.rate_per_second,
        admission_seconds = EXCLUDED.admission_seconds, absent_seconds = EXCLUDED.absent_seconds
      """;

  private static final String CLEAR = "UPDATE drop_lines SET active = false WHERE drop_id = $1";

  private static final String PAUSE =
      """
      UPDATE drop_lines SET
        paused_at = CASE WHEN $2 THEN coalesce(paused_at, statement_timestamp()) END,
        paused_micros = paused_micros + CASE WHEN $2 OR paused_at IS NULL THEN 0
          ELSE (extract(epoch FROM statement_timestamp() - paused_at) * 1000000)::bigint END
      WHERE drop_id = $1
      """;

  /** The drop with its line's terms, locked: so the line does not open or admit meanwhile. */
  Mono<Drop> lock(Session session, Drop drop) {
    return session
        .list(LOCK, LineTermsSql::terms, drop.id())
        .map(found -> drop.with(found.stream().findFirst().orElse(null)));
  }

  Mono<Long> put(Session session, long dropId, LineTerms terms) {
    return session.update(
        PUT,
        dropId,
        terms.admissionSeconds(),
        terms.absentAfterSeconds(),
        new Long[] {terms.ratePerSecond()});
  }

  /** Writes what a change made of the line. */
  Mono<Void> write(Session session, Drop before, Drop after) {
    LineTerms terms = after.line();
    if (terms == null) {
      return before.line() == null ? Mono.empty() : session.update(CLEAR, after.id()).then();
    }
    return Mono.defer(
            () -> terms.equals(before.line()) ? Mono.just(0L) : put(session, after.id(), terms))
        .then(Mono.defer(() -> session.update(PAUSE, after.id(), after.paused())))
        .then();
  }

  /** Null where the columns are: there is no line. */
  static @Nullable LineTerms read(Readable row) {
    return row.get("admission_seconds", Long.class) == null ? null : terms(row);
  }

  private static LineTerms terms(Readable row) {
    return new LineTerms(
        row.get("rate_per_second", Long.class),
        row.get("admission_seconds", Long.class),
        row.get("absent_seconds", Long.class));
  }
}
