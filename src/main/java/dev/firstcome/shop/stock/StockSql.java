package dev.firstcome.shop.stock;

import static dev.firstcome.infra.postgres.Columns.longs;

import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.HeldRows;
import dev.firstcome.infra.postgres.Session;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of stock. Rows are locked in the order of their product ids. */
@Component
class StockSql {

  private static final String LOCK =
      """
      SELECT product_id, quantity FROM stock
      WHERE product_id = ANY($1) ORDER BY product_id FOR NO KEY UPDATE
      """;

  private static final String HELD = HeldRows.sql("stock", "product_id");

  private static final String TAKE =
      """
      UPDATE stock SET quantity = quantity - taken.units,
        ordered_at = CASE WHEN taken.units > 0 THEN clock_timestamp() ELSE ordered_at END
      FROM unnest($1::bigint[], $2::bigint[]) AS taken (product_id, units)
      WHERE stock.product_id = taken.product_id
      """;

  private static final String WRITE_OFF =
      """
      INSERT INTO stock_adjustments (product_id, delta, reason, adjusted_by, created_at)
      SELECT product_id, -units, $3, $4, $5
      FROM unnest($1::bigint[], $2::bigint[]) AS lost (product_id, units) ORDER BY product_id
      """;

  // One statement is one snapshot: an order that it shows is in the quantity that it shows.
  private static final String SNAPSHOT =
      """
      SELECT product_id, quantity, NULL::uuid AS order_id FROM stock WHERE product_id = ANY($1)
      UNION ALL
      SELECT NULL, NULL, id FROM orders WHERE id = ANY($2)
      """;

  private final Database database;

  StockSql(Database database) {
    this.database = database;
  }

  /** What the database has of some products, and which of some orders it has. */
  record Snapshot(Map<Long, Long> units, Set<UUID> orders) {

    List<UUID> without(List<UUID> held) {
      return held.stream().filter(id -> !orders.contains(id)).toList();
    }
  }

  private record SnapshotRow(@Nullable Long product, @Nullable Long units, @Nullable UUID order) {

    static SnapshotRow of(Readable row) {
      return new SnapshotRow(
          row.get(0, Long.class), row.get(1, Long.class), row.get(2, UUID.class));
    }
  }

  Mono<Map<Long, Long>> lock(Session session, Collection<Long> ids) {
    return session
        .list(
            LOCK,
            row -> Map.entry(row.get(0, Long.class), row.get(1, Long.class)),
            (Object) ids.toArray(Long[]::new))
        .map(
            rows ->
                rows.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  /** Those of the products whose stock somebody else has locked at this moment. */
  Mono<Set<Long>> held(Collection<Long> ids) {
    return database
        .list(HELD, row -> row.get(0, Long.class), (Object) ids.toArray(Long[]::new))
        .map(Set::copyOf);
  }

  /** Takes units off; negative units give back. */
  Mono<Long> take(Session session, Map<Long, Long> units) {
    List<Map.Entry<Long, Long>> rows = new ArrayList<>(units.entrySet());
    return session.update(
        TAKE,
        rows.stream().map(Map.Entry::getKey).toArray(Long[]::new),
        rows.stream().map(Map.Entry::getValue).toArray(Long[]::new));
  }

  Mono<Long> writeOff(
      Session session, Map<Long, Long> units, String reason, String by, Instant at) {
    List<Map.Entry<Long, Long>> rows = List.copyOf(units.entrySet());
    return session.update(
        WRITE_OFF,
        longs(rows, Map.Entry::getKey),
        longs(rows, Map.Entry::getValue),
        reason,
        by,
        at);
  }

  Mono<Snapshot> snapshot(Collection<Long> products, Collection<UUID> orders) {
    return database
        .list(SNAPSHOT, SnapshotRow::of, products.toArray(Long[]::new), orders.toArray(UUID[]::new))
        .map(StockSql::snapshot);
  }

  /** The same over a connection that the caller has. */
  Mono<Snapshot> snapshot(Session session, Collection<Long> products, Collection<UUID> orders) {
    return session
        .list(SNAPSHOT, SnapshotRow::of, products.toArray(Long[]::new), orders.toArray(UUID[]::new))
        .map(StockSql::snapshot);
  }

  private static Snapshot snapshot(List<SnapshotRow> rows) {
    Map<Long, Long> units = new HashMap<>();
    Set<UUID> orders = new HashSet<>();
    for (SnapshotRow row : rows) {
      if (row.product != null && row.units != null) {
        units.put(row.product, row.units);
      } else if (row.order != null) {
        orders.add(row.order);
      }
    }
    return new Snapshot(units, orders);
  }
}
