package dev.firstcome.shop.ranking;

import static dev.firstcome.infra.postgres.Columns.longs;

import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Replica;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.ranking.SalesScripts.Units;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of what was sold. Rows are locked in the order of their key. */
@Component
class SalesSql {

  // The number of payments and refunds that were found is answered too: an event whose subject is
  // missing must not vanish as if it had been counted.
  private static final String COUNT =
      """
      WITH paid AS (
        SELECT p.order_id, date_trunc('minute', p.paid_at, 'UTC') AS minute, told.sign
        FROM unnest($1::uuid[], $2::bigint[]) AS told (payment_id, sign)
        JOIN payments p ON p.id = told.payment_id),
      refunded AS (
        SELECT r.id, date_trunc('minute', p.paid_at, 'UTC') AS minute
        FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.id = ANY($3)),
      told AS (
        SELECT paid.minute, i.product_id, paid.sign * i.quantity AS units
        FROM paid JOIN order_items i USING (order_id)
        UNION ALL
        SELECT refunded.minute, i.product_id, -i.quantity
        FROM refunded JOIN refund_items i ON i.refund_id = refunded.id),
      counted AS (
        INSERT INTO sales (minute, product_id, units)
        SELECT minute, product_id, sum(units) FROM told
        GROUP BY minute, product_id
        ORDER BY minute, product_id
        ON CONFLICT (minute, product_id) DO UPDATE
          SET units = sales.units + excluded.units, version = sales.version + 1)
      SELECT (SELECT count(*) FROM paid) + (SELECT count(*) FROM refunded)
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
          WHERE minute >= to_timestamp($1 * 60) AND (minute, product_id) > (to_timestamp($2 * 60), $3)
          ORDER BY minute, product_id LIMIT $4
          """;

  // A row that somebody has locked is given again: the same once more changes nothing.
  private static final String MARK_PROJECTED =
      """
      WITH locked AS (
        SELECT s.minute, s.product_id, told.version
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS told (minute, product_id, version)
        JOIN sales s
          ON s.minute = to_timestamp(told.minute * 60) AND s.product_id = told.product_id
        WHERE s.projected < told.version
        ORDER BY s.minute, s.product_id FOR NO KEY UPDATE OF s SKIP LOCKED)
      UPDATE sales s SET projected = locked.version
      FROM locked
      WHERE s.minute = locked.minute AND s.product_id = locked.product_id
        AND s.projected < locked.version
      """;

  // The window begins where PostgreSQL's clock says; a row without a product says only where.
  private static final String BEST_SINCE =
      """
      SELECT extract(epoch FROM since.minute)::bigint / 60, best.product_id, best.units
      FROM (SELECT date_trunc('minute', now(), 'UTC') - ($1 - 1) * interval '1 minute') AS since (minute)
      LEFT JOIN LATERAL (
        SELECT product_id, sum(units)::bigint AS units FROM sales WHERE sales.minute >= since.minute
        GROUP BY product_id HAVING sum(units) > 0
        ORDER BY units DESC, product_id LIMIT $2) AS best ON true
      ORDER BY best.units DESC, best.product_id
      """;

  private static final String NAMED = "SELECT id, name, price FROM products WHERE id = ANY($1)";

  private static final String CLEAN =
      """
      DELETE FROM sales WHERE (minute, product_id) IN (
        SELECT minute, product_id FROM sales WHERE minute < now() - $1 * interval '1 second'
        ORDER BY minute, product_id LIMIT $2 FOR UPDATE SKIP LOCKED)
      """;

  private final Database database;
  private final Replica replica;
  private final Window window;

  SalesSql(Database database, Replica replica, Window window) {
    this.database = database;
    this.replica = replica;
    this.window = window;
  }

  /** The best sellers of a window, best first, and its first minute. */
  record Best(long from, List<Units> units) {}

  private record BestRow(long from, @Nullable Long product, @Nullable Long units) {}

  /** What of a product is shown with its rank. */
  record Named(long id, String name, long price) {}

  /**
   * Adds each payment's units, times its sign, to the minute in which it was made, and takes each
   * refund's off the minute of its payment.
   *
   * @return how many of the payments and refunds exist
   */
  Mono<Long> count(Session session, UUID[] payments, Long[] signs, UUID[] refunds) {
    return session
        .list(COUNT, row -> row.get(0, Long.class), payments, signs, refunds)
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
    return session.list(UNPROJECTED, SalesSql::sale, limit);
  }

  /** One chunk of the rows from a minute on, from just after the cursor on. */
  Mono<List<Sale>> after(Session session, long from, Sale.Cursor cursor, int limit) {
    return session.list(AFTER, SalesSql::sale, from, cursor.minute(), cursor.productId(), limit);
  }

  /** Notes what Redis has been given. A row that has changed since stays to be projected. */
  Mono<Long> markProjected(Session session, List<Sale> sales) {
    return session.update(
        MARK_PROJECTED,
        longs(sales, Sale::minute),
        longs(sales, Sale::productId),
        longs(sales, Sale::version));
  }

  /** The best sellers by adding up the whole window. */
  Mono<Best> best(int products) {
    return replica
        .list(
            BEST_SINCE,
            row ->
                new BestRow(row.get(0, Long.class), row.get(1, Long.class), row.get(2, Long.class)),
            window.minutes(),
            products)
        .map(SalesSql::best);
  }

  private static Best best(List<BestRow> rows) {
    List<Units> units = new ArrayList<>();
    for (BestRow row : rows) {
      if (row.product != null && row.units != null) {
        units.add(new Units(row.product, row.units));
      }
    }
    return new Best(rows.get(0).from, units);
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

  Mono<Long> deleteOlderThan(Duration age, int limit) {
    return database.update(CLEAN, age.toSeconds(), limit);
  }

  private static Sale sale(Readable row) {
    return new Sale(
        row.get(0, Long.class),
        row.get(1, Long.class),
        row.get(2, Long.class),
        row.get(3, Long.class));
  }
}
