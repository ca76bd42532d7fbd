package dev.firstcome.shop.line;

import static dev.firstcome.infra.postgres.Columns.instants;
import static dev.firstcome.infra.postgres.Columns.longs;

import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.HeldRows;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.drop.Drop;
import dev.firstcome.shop.drop.LineTerms;
import dev.firstcome.shop.line.Admitting.Motion;
import dev.firstcome.shop.line.Admitting.Step;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of lines. What gives or moves a number holds the line's row. */
@Component
class LineSql {

  /** Of {@code drop_lines l} and {@code drops d}. */
  static final String COLUMNS =
      """
        d.id, d.name, d.opens_at, d.closes_at, d.max_per_user, d.paused,
        l.rate_per_second, l.admission_seconds, l.absent_seconds,
        l.opened_at, l.shuffled_at, l.pooled, l.last_number, l.admitted_up_to, l.waiting, l.speed,
        l.paused_at, l.paused_micros,
        NOT EXISTS (SELECT FROM products p JOIN stock s ON s.product_id = p.id
          WHERE p.drop_id = l.drop_id AND s.quantity > 0) AS sold_out""";

  private static final String LOCK =
      """
      SELECT drop_id FROM drop_lines WHERE drop_id = ANY($1) AND active
      ORDER BY drop_id FOR NO KEY UPDATE
      """;

  private static final String HELD = HeldRows.sql("drop_lines", "drop_id");

  private static final String LINE =
      "SELECT clock_timestamp() AS now,\n"
          + COLUMNS
          + """
          ,
            l.moved_at, l.heard_since, l.credit, l.automatic_rate, l.sold_out_at,
            coalesce(o.open, 0) AS open, coalesce(o.open_since, 0) AS open_since,
            coalesce((SELECT sum(s.quantity) FROM products p JOIN stock s ON s.product_id = p.id
              WHERE p.drop_id = l.drop_id), 0)::bigint AS units
          FROM drop_lines l JOIN drops d ON d.id = l.drop_id
          LEFT JOIN LATERAL (
            SELECT count(*) AS open,
              count(*) FILTER (WHERE t.admitted_at >= l.sold_out_at) AS open_since
            FROM tickets t
            WHERE t.drop_id = l.drop_id AND t.status = 'ADMITTED' AND NOT t.used_up
              AND t.admitted_until > coalesce(l.paused_at, clock_timestamp())
                - l.paused_micros * interval '1 microsecond') AS o ON true
          WHERE l.drop_id = $1
          """;

  private static final String GROW =
      """
      UPDATE drop_lines SET opened_at = grown.opened_at, pooled = grown.pooled,
        last_number = grown.last_number, waiting = grown.waiting
      FROM unnest($1::bigint[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::bigint[])
        AS grown (drop_id, opened_at, pooled, last_number, waiting)
      WHERE drop_lines.drop_id = grown.drop_id
      """;

  // Lines that may have something to do. One that another instance has moved a moment ago has not,
  // nor one that is sold out with nobody admitted. A shuffle ends also once the drop is closed.
  private static final String DUE =
      """
      SELECT l.drop_id, l.shuffled_at IS NOT NULL AS shuffled
      FROM drop_lines l JOIN drops d ON d.id = l.drop_id
      WHERE l.active AND d.opens_at <= statement_timestamp()
        AND (d.closes_at IS NULL OR d.closes_at > statement_timestamp()
          OR l.opened_at IS NOT NULL AND l.shuffled_at IS NULL)
        AND (l.shuffled_at IS NULL
          OR EXISTS (SELECT FROM tickets t WHERE t.drop_id = l.drop_id AND t.status = 'ADMITTED')
          OR l.waiting > 0 AND (l.sold_out_at IS NULL OR EXISTS (
            SELECT FROM products p JOIN stock s ON s.product_id = p.id
            WHERE p.drop_id = l.drop_id AND s.quantity > 0)))
        AND (l.moved_at IS NULL
          OR l.moved_at <= statement_timestamp() - $1 * interval '1 millisecond')
      ORDER BY l.drop_id DESC LIMIT 100
      """;

  private static final String SHUFFLED =
      """
      UPDATE drop_lines SET shuffled_at = statement_timestamp()
      WHERE drop_id = $1 AND opened_at IS NOT NULL AND shuffled_at IS NULL
        AND NOT EXISTS (SELECT FROM tickets WHERE drop_id = $1 AND pooled AND number IS NULL)
      """;

  private static final String MOVE =
      """
      UPDATE drop_lines SET admitted_up_to = $2, waiting = waiting - $3, speed = $4, credit = $5,
        automatic_rate = $6, moved_at = may_be_null.moved_at,
        heard_since = may_be_null.heard_since, sold_out_at = may_be_null.sold_out_at
      FROM unnest($7::timestamptz[], $8::timestamptz[], $9::timestamptz[])
        AS may_be_null (moved_at, heard_since, sold_out_at)
      WHERE drop_id = $1
      """;

  private final Database database;

  LineSql(Database database) {
    this.database = database;
  }

  /** A line that may have something to do. */
  record Due(long dropId, boolean shuffled) {}

  /** A line as it moves; {@code now} by PostgreSQL's clock. */
  record Moving(Line line, Motion motion, Instant now) {}

  /** Locks the lines, in order; those that are there. */
  Mono<List<Long>> lock(Session session, Collection<Long> drops) {
    return session.list(LOCK, row -> row.get(0, Long.class), (Object) drops.toArray(Long[]::new));
  }

  /** Those of the lines that somebody else has locked at this moment. */
  Mono<Set<Long>> held(Collection<Long> drops) {
    return database
        .list(HELD, row -> row.get(0, Long.class), (Object) drops.toArray(Long[]::new))
        .map(Set::copyOf);
  }

  /** The line of a drop that has one. */
  Mono<Moving> find(Session session, long dropId) {
    return session
        .list(LINE, LineSql::moving, dropId)
        .flatMap(found -> Mono.justOrEmpty(found.stream().findFirst()));
  }

  /** Writes what joining, leaving and the opening make of lines. */
  Mono<Long> grow(Session session, Collection<Line> lines) {
    return lines.isEmpty()
        ? Mono.just(0L)
        : session.update(
            GROW,
            longs(lines, line -> line.drop().id()),
            instants(lines, Line::openedAt),
            longs(lines, Line::pooled),
            longs(lines, Line::lastNumber),
            longs(lines, Line::waiting));
  }

  Mono<List<Due>> due(Duration notMovedFor) {
    return database.list(
        DUE,
        row -> new Due(row.get("drop_id", Long.class), row.get("shuffled", Boolean.class)),
        notMovedFor.toMillis());
  }

  /** Publishes the seed, if every ticket from before the opening has its number. */
  Mono<Long> shuffled(long dropId) {
    return database.update(SHUFFLED, dropId);
  }

  Mono<Long> move(Session session, long dropId, Step step) {
    Motion motion = step.motion();
    return session.update(
        MOVE,
        dropId,
        step.admittedUpTo(),
        (long) step.admitted().size(),
        step.speed(),
        motion.credit(),
        motion.automaticRate(),
        new Instant[] {motion.movedAt()},
        new Instant[] {motion.heardSince()},
        new Instant[] {motion.soldOutAt()});
  }

  private static Moving moving(Readable row) {
    Motion motion =
        new Motion(
            row.get("moved_at", Instant.class),
            row.get("heard_since", Instant.class),
            row.get("credit", Double.class),
            row.get("automatic_rate", Double.class),
            row.get("sold_out_at", Instant.class),
            row.get("open", Long.class),
            row.get("open_since", Long.class),
            row.get("units", Long.class));
    return new Moving(line(row), motion, row.get("now", Instant.class));
  }

  static Line line(Readable row) {
    return new Line(
        drop(row),
        row.get("opened_at", Instant.class),
        row.get("shuffled_at", Instant.class),
        row.get("pooled", Long.class),
        row.get("last_number", Long.class),
        row.get("admitted_up_to", Long.class),
        row.get("waiting", Long.class),
        row.get("speed", Double.class),
        row.get("paused_at", Instant.class),
        row.get("paused_micros", Long.class),
        row.get("sold_out", Boolean.class));
  }

  private static Drop drop(Readable row) {
    @Nullable Long rate = row.get("rate_per_second", Long.class);
    return new Drop(
        row.get("id", Long.class),
        row.get("name", String.class),
        row.get("opens_at", Instant.class),
        row.get("closes_at", Instant.class),
        row.get("max_per_user", Long.class),
        row.get("paused", Boolean.class),
        new LineTerms(
            rate, row.get("admission_seconds", Long.class), row.get("absent_seconds", Long.class)));
  }
}
