package dev.firstcome.shop.desk;

import dev.firstcome.infra.postgres.Database;
import dev.firstcome.shop.desk.DropReport.Second;
import dev.firstcome.shop.desk.DropReport.Units;
import dev.firstcome.shop.order.Order;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of a drop's report. */
@Component
class DropReportSql {

  // One statement is one snapshot. It costs what the drop has orders, however many others there
  // are: one index has the drop's lines, and OFFSET 0 keeps the planner from reading all orders, or
  // all refunds, to find theirs. An order that the last release refunded has no row in refunds: all
  // of it was returned.
  private static final String FIGURES =
      """
      WITH made AS MATERIALIZED (
        SELECT line.order_id, o.user_id, o.status AS state, o.created_at, line.units, line.refunded,
          CASE o.status WHEN 'PENDING' THEN 0 WHEN 'PAID' THEN line.refunded ELSE line.units END
            AS ended
        FROM (
          SELECT order_id, sum(quantity)::bigint AS units, sum(refunded)::bigint AS refunded
          FROM order_items WHERE drop_id = $1 GROUP BY order_id) AS line
        CROSS JOIN LATERAL (
          SELECT user_id, status, created_at FROM orders WHERE id = line.order_id OFFSET 0) AS o),
      figures AS (
        SELECT count(*) FILTER (WHERE state = 'PENDING') AS pending_orders,
          count(*) FILTER (WHERE state = 'PAID') AS paid_orders,
          count(*) FILTER (WHERE state = 'CANCELLED') AS cancelled_orders,
          count(*) FILTER (WHERE state = 'EXPIRED') AS expired_orders,
          count(*) FILTER (WHERE state = 'REFUNDED') AS refunded_orders,
          coalesce(sum(units - ended) FILTER (WHERE state = 'PAID'), 0)::bigint AS sold,
          coalesce(sum(units) FILTER (WHERE state = 'PENDING'), 0)::bigint AS pending,
          coalesce(sum(ended), 0)::bigint AS ended,
          count(DISTINCT user_id) FILTER (WHERE state = 'PAID' AND units > ended) AS buyers,
          min(created_at) AS first_order_at, max(created_at) AS last_order_at
        FROM made),
      lost AS (
        SELECT coalesce(sum(f.quantity), 0)::bigint AS written_off
        FROM made
        CROSS JOIN LATERAL (
          SELECT item.product_id, item.quantity
          FROM refunds r JOIN refund_items item ON item.refund_id = r.id
          WHERE r.order_id = made.order_id AND NOT r.restock OFFSET 0) AS f
        JOIN order_items i
          ON i.order_id = made.order_id AND i.product_id = f.product_id AND i.drop_id = $1
        WHERE made.refunded > 0),
      stocked AS (
        SELECT coalesce(sum(s.quantity), 0)::bigint AS left_over, count(*) AS products
        FROM products p JOIN stock s ON s.product_id = p.id WHERE p.drop_id = $1),
      seconds AS (
        SELECT floor(extract(epoch FROM made.created_at - d.opens_at))::bigint AS second,
          count(*) AS orders, sum(made.units)::bigint AS units
        FROM made JOIN drops d ON d.id = $1
        WHERE made.created_at >= d.opens_at AND made.created_at < d.opens_at + interval '600 s'
        GROUP BY second)
      SELECT pending_orders, paid_orders, cancelled_orders, expired_orders, refunded_orders,
        sold, pending, ended - written_off AS returned, left_over, written_off, buyers,
        first_order_at, CASE WHEN products > 0 AND left_over = 0 THEN last_order_at END AS sold_out_at,
        d.opens_at + second * interval '1 s' AS at, seconds.orders, seconds.units
      FROM drops d CROSS JOIN figures CROSS JOIN lost CROSS JOIN stocked
      LEFT JOIN seconds ON true
      WHERE d.id = $1
      ORDER BY second
      """;

  private final Database database;

  DropReportSql(Database database) {
    this.database = database;
  }

  private record Row(DropReport report, @Nullable Second second) {}

  /** Without its refusals; empty if there is no such drop. */
  Mono<DropReport> find(long id) {
    return database
        .list(FIGURES, DropReportSql::row, id)
        .filter(rows -> !rows.isEmpty())
        .map(DropReportSql::report);
  }

  private static DropReport report(List<Row> rows) {
    List<Second> seconds = new ArrayList<>(rows.size());
    for (Row row : rows) {
      if (row.second != null) {
        seconds.add(row.second);
      }
    }
    return rows.get(0).report.with(seconds);
  }

  private static Row row(Readable row) {
    DropReport figures =
        new DropReport(
            Units.of(
                row.get("sold", Long.class),
                row.get("pending", Long.class),
                row.get("returned", Long.class),
                row.get("left_over", Long.class),
                row.get("written_off", Long.class)),
            orders(row),
            row.get("buyers", Long.class),
            row.get("first_order_at", Instant.class),
            row.get("sold_out_at", Instant.class),
            Map.of(),
            List.of(),
            Duration.ZERO);
    return new Row(figures, second(row));
  }

  private static Map<Order.Status, Long> orders(Readable row) {
    Map<Order.Status, Long> orders = new EnumMap<>(Order.Status.class);
    orders.put(Order.Status.PENDING, row.get("pending_orders", Long.class));
    orders.put(Order.Status.PAID, row.get("paid_orders", Long.class));
    orders.put(Order.Status.CANCELLED, row.get("cancelled_orders", Long.class));
    orders.put(Order.Status.EXPIRED, row.get("expired_orders", Long.class));
    orders.put(Order.Status.REFUNDED, row.get("refunded_orders", Long.class));
    return orders;
  }

  private static @Nullable Second second(Readable row) {
    Instant at = row.get("at", Instant.class);
    return at == null
        ? null
        : new Second(at, row.get("orders", Long.class), row.get("units", Long.class));
  }
}
