package dev.firstcome.ranking;

import static dev.firstcome.database.Columns.longs;

import dev.firstcome.database.Database;
import dev.firstcome.database.Replica;
import dev.firstcome.database.Session;
import dev.firstcome.ranking.SalesScripts.Units;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of what was sold. Rows are locked in the order of their key. */
@Component
class SalesRepository {

  // The number of payments that were found is answered too: an event whose payment is missing must
  // not vanish as if it had been counted.
  private static final String COUNT =
      """
      WITH paid AS (
        SELECT p.order_id, date_trunc('minute', p.paid_at, 'UTC') AS minute, told.sign
        FROM unnest($1::uuid[], $2::bigint[]) AS told (payment_id, sign)
        JOIN payments p ON p.id = told.payment_id),
      counted AS (
        INSERT INTO sales (minute, product_id, units)
        SELECT paid.minute, i.product_id, sum(paid.sign * i.quantity)
        FROM paid JOIN order_items i USING (order_id)
        GROUP BY paid.minute, i.product_id
        ORDER BY paid.minute, i.product_id
        ON CONFLICT (minute, product_id) DO UPDATE
          SET units = sales.units + excluded.units, version = sales.version + 1)
      SELECT count(*) FROM paid
      """;

  private static final String LOCK_PROJECTION =
      "SELECT token FROM sales_projection FOR UPDATE SKIP LOCKED";

  private static final String COMMIT_PROJECTION = "UPDATE sales_projection SET token = $1";

  private static final String SALE =
      "SELECT extract(epoch FROM minute)::bigint / 60, product_id, units, version FROM sales ";

  private static final String UNPROJECTED =
      SALE + "WHERE projected < version ORDER BY minute, product_id LIMIT $1";

  private static final String AFTER =
      SALE
          + """
          WHERE minute >= $1 AND (minute, product_id) > (to_timestamp($2 * 60), $3)
          ORDER BY minute, product_id LIMIT $4
          """;

  private static final String MARK_PROJECTED =
      """
      WITH locked AS (
        SELECT s.minute, s.product_id, told.version
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS told (minute, product_id, version)
        JOIN sales s
          ON s.minute = to_timestamp(told.minute * 60) AND s.product_id = told.product_id
        WHERE s.projected < told.version
        ORDER BY s.minute, s.product_id FOR NO KEY UPDATE OF s)
      UPDATE sales s SET projected = locked.version
      FROM locked
      WHERE s.minute = locked.minute AND s.product_id = locked.product_id
        AND s.projected < locked.version
      """;

  private static final String BEST_SINCE =
      """
      SELECT product_id, sum(units)::bigint AS units FROM sales WHERE minute >= $1
      GROUP BY product_id HAVING sum(units) > 0
      ORDER BY units DESC, product_id LIMIT $2
      """;

  private static final String NAMED = "SELECT id, name, price FROM products WHERE id = ANY($1)";

  private static final String CLEAN =
      """
      DELETE FROM sales WHERE (minute, product_id) IN (
        SELECT minute, product_id FROM sales WHERE minute < $1
        ORDER BY minute, product_id LIMIT $2 FOR UPDATE SKIP LOCKED)
      """;

  private final Database database;
  private final Replica replica;

  SalesRepository(Database database, Replica replica) {
    this.database = database;
    this.replica = replica;
  }

  /** What of a product is shown with its rank. */
  record Named(long id, String name, long price) {}

  /**
   * Adds each payment's units, times its sign, to the minute in which it was made.
   *
   * @return how many of the payments exist
   */
  Mono<Long> count(Session session, UUID[] payments, Long[] signs) {
    return session
        .list(COUNT, row -> row.get(0, Long.class), payments, signs)
        .map(rows -> rows.get(0));
  }

  /** Locks the projection; empty if another instance has it. */
  Mono<UUID> lockProjection(Session session) {
    return session
        .list(LOCK_PROJECTION, row -> row.get(0, UUID.class))
        .flatMap(rows -> Mono.justOrEmpty(rows.stream().findFirst()));
  }

  Mono<Void> commitProjection(Session session, UUID token) {
    return session.update(COMMIT_PROJECTION, token).then();
  }

  /** Rows of which Redis has not been given the latest version. */
  Mono<List<Sale>> unprojected(Session session, int limit) {
    return session.list(UNPROJECTED, SalesRepository::sale, limit);
  }

  /** One chunk of a window's rows, from just after the cursor on. */
  Mono<List<Sale>> after(Session session, Window window, Sale.Cursor cursor, int limit) {
    return session.list(
        AFTER, SalesRepository::sale, window.start(), cursor.minute(), cursor.productId(), limit);
  }

  /** Notes what Redis has been given. A row that has changed since stays to be projected. */
  Mono<Long> markProjected(Session session, List<Sale> sales) {
    return session.update(
        MARK_PROJECTED,
        longs(sales, Sale::minute),
        longs(sales, Sale::productId),
        longs(sales, Sale::version));
  }

  /** The best sellers, best first, by adding up the whole window. */
  Mono<List<Units>> best(Window window, int products) {
    return replica.list(
        BEST_SINCE,
        row -> new Units(row.get(0, Long.class), row.get(1, Long.class)),
        window.start(),
        products);
  }

  Mono<Map<Long, Named>> named(List<Units> products) {
    return database
        .list(
            NAMED,
            row ->
                new Named(row.get(0, Long.class), row.get(1, String.class), row.get(2, Long.class)),
            (Object) longs(products, Units::productId))
        .map(rows -> rows.stream().collect(Collectors.toMap(Named::id, Function.identity())));
  }

  Mono<Long> deleteBefore(Instant minute, int limit) {
    return database.update(CLEAN, minute, limit);
  }

  private static Sale sale(Readable row) {
    return new Sale(
        row.get(0, Long.class),
        row.get(1, Long.class),
        row.get(2, Long.class),
        row.get(3, Long.class));
  }
}
