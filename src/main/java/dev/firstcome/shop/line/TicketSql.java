package dev.firstcome.shop.line;

import static dev.firstcome.infra.postgres.Columns.instants;
import static dev.firstcome.infra.postgres.Columns.longs;
import static dev.firstcome.infra.postgres.Columns.texts;

import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.line.Ticket.Key;
import dev.firstcome.shop.line.Ticket.Status;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of tickets. Rows are locked in the order of drop and user. */
@Component
class TicketSql {

  // As in orders: the first conditions find the rows, the last is exact.
  private static final String LOCK =
      """
      SELECT drop_id FROM tickets
      WHERE drop_id = ANY($1) AND user_id = ANY($2)
        AND (drop_id, user_id) IN (SELECT * FROM unnest($1::bigint[], $2::text[]))
      ORDER BY drop_id, user_id FOR NO KEY UPDATE
      """;

  // As HeldRows has it for a table with one key.
  private static final String HELD =
      """
      WITH free AS (
        SELECT drop_id, user_id FROM tickets
        WHERE drop_id = ANY($1) AND user_id = ANY($2)
          AND (drop_id, user_id) IN (SELECT * FROM unnest($1::bigint[], $2::text[]))
        FOR NO KEY UPDATE SKIP LOCKED)
      SELECT drop_id, user_id FROM tickets
      WHERE drop_id = ANY($1) AND user_id = ANY($2)
        AND (drop_id, user_id) IN (SELECT * FROM unnest($1::bigint[], $2::text[]))
        AND (drop_id, user_id) NOT IN (SELECT drop_id, user_id FROM free)
      """;

  private static final String LOOK =
      "SELECT clock_timestamp() AS now, w.user_id,\n"
          + LineSql.COLUMNS
          + """
          ,
            t.status, t.number, t.pooled AS in_pool, t.heard_at, t.passed_at, t.admitted_until
          FROM unnest($1::bigint[], $2::text[]) AS w (drop_id, user_id)
          JOIN drop_lines l ON l.drop_id = w.drop_id AND l.active
          JOIN drops d ON d.id = l.drop_id
          LEFT JOIN tickets t ON t.drop_id = w.drop_id AND t.user_id = w.user_id
          """;

  /**
   * A lot is HMAC-SHA-256 of the user id under the seed, as RFC 2104 lays down: PostgreSQL has
   * SHA-256, and the seed never leaves it. A shuffle that has just committed may have numbered what
   * was read without a number: it stays.
   */
  private static final String WRITE =
      """
      WITH key AS MATERIALIZED (
        SELECT drop_id,
          string_agg(set_byte('\\x00', 0, b # 54), '' ORDER BY i) AS inside,
          string_agg(set_byte('\\x00', 0, b # 92), '' ORDER BY i) AS outside
        FROM (
          SELECT drop_id, i, CASE WHEN i < 32 THEN get_byte(seed, i) ELSE 0 END AS b
          FROM drop_lines, generate_series(0, 63) AS i
          WHERE drop_id = ANY($1)) AS bytes
        GROUP BY drop_id)
      INSERT INTO tickets (drop_id, user_id, status, number, pooled, lot, heard_at)
      SELECT drop_id, user_id, status, number, pooled, CASE WHEN pooled
          THEN sha256(outside || sha256(inside || convert_to(user_id, 'UTF8'))) END, heard_at
      FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::timestamptz[])
        AS written (drop_id, user_id, status, number, pooled, heard_at)
      JOIN key USING (drop_id)
      ORDER BY drop_id, user_id
      ON CONFLICT (drop_id, user_id) DO UPDATE SET
        status = EXCLUDED.status, pooled = EXCLUDED.pooled, lot = EXCLUDED.lot,
        number = coalesce(EXCLUDED.number, CASE WHEN EXCLUDED.pooled THEN tickets.number END),
        heard_at = EXCLUDED.heard_at, passed_at = NULL,
        admitted_at = CASE WHEN EXCLUDED.status = 'LEFT' THEN tickets.admitted_at END,
        admitted_until = CASE WHEN EXCLUDED.status = 'LEFT' THEN tickets.admitted_until END,
        used_up = false
      """;

  /**
   * Gives the next so many their numbers, so that no statement lasts long and each costs the same:
   * those whom the opening counted stay the same until all are numbered, and their lots too. It
   * begins behind the lot of the last, for the sake of dead entries that a long snapshot keeps. The
   * keys as an array, here and below: a plan from when the table was empty then goes by the key.
   */
  private static final String SHUFFLE =
      """
      WITH numbered AS MATERIALIZED (
        SELECT greatest(l.admitted_up_to, (
            SELECT max(t.number) FROM tickets t WHERE t.drop_id = $1 AND t.number <= l.pooled)
          ) AS number
        FROM drop_lines l WHERE l.drop_id = $1 AND l.active AND l.opened_at IS NOT NULL),
      next AS MATERIALIZED (
        SELECT user_id, lot FROM tickets
        WHERE drop_id = $1 AND pooled AND number IS NULL AND EXISTS (SELECT FROM numbered)
          AND lot > coalesce((
            SELECT t.lot FROM tickets t, numbered n
            WHERE t.drop_id = $1 AND t.number = n.number), '')
        ORDER BY lot LIMIT $2),
      shuffled AS MATERIALIZED (
        SELECT user_id, row_number() OVER (ORDER BY lot, user_id) + (
          SELECT number FROM numbered) AS number
        FROM next),
      locked AS MATERIALIZED (
        SELECT user_id FROM tickets
        WHERE drop_id = $1 AND user_id = ANY(ARRAY(SELECT user_id FROM next))
        ORDER BY user_id FOR NO KEY UPDATE)
      UPDATE tickets t SET number = shuffled.number
      FROM shuffled
      WHERE t.drop_id = $1 AND t.user_id = ANY(ARRAY(SELECT user_id FROM locked))
        AND t.user_id = shuffled.user_id
      """;

  /** By statistics from before the crowd came, each ticket would be looked for among all others. */
  private static final String JOIN_BY_HASH = "SET LOCAL enable_nestloop = off";

  /** It holds thousands of rows while it waits for one. */
  private static final String WAIT_BRIEFLY = "SET LOCAL lock_timeout = '200ms'";

  /** Two shuffles of one line at once would wait for each other's rows: the later one gives way. */
  private static final String SHUFFLES =
      "SELECT pg_try_advisory_xact_lock(hashtextextended('line ' || $1, 0)) AS mine";

  private static final String QUEUE =
      """
      SELECT drop_id, user_id, status, number, pooled AS in_pool, heard_at, passed_at, admitted_until
      FROM tickets
      WHERE drop_id = $1 AND status = 'WAITING' AND passed_at IS NULL AND number IS NOT NULL
      ORDER BY number LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
      """;

  private static final String ADMIT =
      """
      UPDATE tickets SET status = 'ADMITTED', admitted_at = $3, admitted_until = $4, used_up = false
      WHERE drop_id = $1 AND user_id = ANY($2)
      """;

  private static final String PASS =
      "UPDATE tickets SET passed_at = $3 WHERE drop_id = $1 AND user_id = ANY($2)";

  private static final String EXPIRE =
      """
      UPDATE tickets SET status = 'EXPIRED'
      WHERE drop_id = $1 AND user_id = ANY(ARRAY(
        SELECT t.user_id FROM tickets t
        WHERE t.drop_id = $1 AND t.status = 'ADMITTED' AND t.admitted_until <= (
          SELECT coalesce(l.paused_at, statement_timestamp())
            - l.paused_micros * interval '1 microsecond'
          FROM drop_lines l WHERE l.drop_id = $1)
        ORDER BY t.admitted_until LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED))
      """;

  private static final String USE_UP =
      """
      UPDATE tickets SET used_up = true
      FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS used (drop_id, user_id, products)
      WHERE tickets.drop_id = used.drop_id AND tickets.user_id = used.user_id
        AND used.products >= (SELECT count(*) FROM products p WHERE p.drop_id = used.drop_id)
      """;

  private final Database database;

  TicketSql(Database database) {
    this.database = database;
  }

  /**
   * A user looked for in a line that exists.
   *
   * @param ticket null: the user has none
   */
  record Found(String userId, Line line, @Nullable Ticket ticket, Instant now) {

    Key key() {
      return new Key(line.drop().id(), userId);
    }
  }

  private static Object[] pairs(Collection<Key> keys) {
    return new Object[] {longs(keys, Key::dropId), texts(keys, Key::userId)};
  }

  /** Locks those of the tickets that exist. */
  Mono<List<Long>> lock(Session session, Collection<Key> keys) {
    return session.list(LOCK, row -> row.get(0, Long.class), pairs(keys));
  }

  /** Those of the tickets that somebody else has locked at this moment. */
  Mono<List<Key>> held(Collection<Key> keys) {
    return database.list(
        HELD,
        row -> new Key(row.get("drop_id", Long.class), row.get("user_id", String.class)),
        pairs(keys));
  }

  /** Those whose line exists. */
  Mono<List<Found>> look(Session session, Collection<Key> keys) {
    return session.list(LOOK, TicketSql::found, pairs(keys));
  }

  Mono<List<Found>> look(Collection<Key> keys) {
    return database.list(LOOK, TicketSql::found, pairs(keys));
  }

  Mono<Long> write(Session session, List<Ticket> tickets) {
    return tickets.isEmpty()
        ? Mono.just(0L)
        : session.update(
            WRITE,
            longs(tickets, Ticket::dropId),
            texts(tickets, Ticket::userId),
            texts(tickets, ticket -> ticket.status().name()),
            longs(tickets, Ticket::number),
            tickets.stream().map(Ticket::pooled).toArray(Boolean[]::new),
            instants(tickets, Ticket::heardAt));
  }

  /** How many tickets from before the opening got numbers; empty if another shuffles. */
  Mono<Long> shuffle(Session session, long dropId, int limit) {
    return session
        .list(SHUFFLES, row -> row.get("mine", Boolean.class), String.valueOf(dropId))
        .filter(mine -> mine.get(0))
        .delayUntil(mine -> session.update(JOIN_BY_HASH))
        .delayUntil(mine -> session.update(WAIT_BRIEFLY))
        .flatMap(mine -> session.update(SHUFFLE, dropId, limit));
  }

  /** Those who are next, in the order of their numbers, apart from any that somebody has locked. */
  Mono<List<Ticket>> queue(Session session, long dropId, long limit) {
    return session.list(QUEUE, row -> ticket(row, row.get("user_id", String.class)), dropId, limit);
  }

  Mono<Long> admit(Session session, long dropId, List<Ticket> tickets, Instant now, Instant until) {
    return tickets.isEmpty()
        ? Mono.just(0L)
        : session.update(ADMIT, dropId, texts(tickets, Ticket::userId), now, until);
  }

  Mono<Long> pass(Session session, long dropId, List<Ticket> tickets, Instant now) {
    return tickets.isEmpty()
        ? Mono.just(0L)
        : session.update(PASS, dropId, texts(tickets, Ticket::userId), now);
  }

  /** Ends admissions whose time is over. */
  Mono<Long> expire(Session session, long dropId, int limit) {
    return session.update(EXPIRE, dropId, limit);
  }

  Mono<Long> useUp(Session session, List<Exhausted> some) {
    return session.update(
        USE_UP,
        longs(some, Exhausted::dropId),
        texts(some, Exhausted::userId),
        longs(some, Exhausted::products));
  }

  private static Found found(Readable row) {
    String user = row.get("user_id", String.class);
    boolean none = row.get("status", String.class) == null;
    Line line = LineSql.line(row);
    return new Found(
        user,
        line,
        none ? null : ticket(row, user, line.drop().id()),
        row.get("now", Instant.class));
  }

  private static Ticket ticket(Readable row, String user) {
    return ticket(row, user, row.get("drop_id", Long.class));
  }

  private static Ticket ticket(Readable row, String user, long dropId) {
    return new Ticket(
        dropId,
        user,
        Status.valueOf(row.get("status", String.class)),
        row.get("number", Long.class),
        row.get("in_pool", Boolean.class),
        row.get("heard_at", Instant.class),
        row.get("passed_at", Instant.class),
        row.get("admitted_until", Instant.class));
  }
}
