package dev.firstcome.stock;

import dev.firstcome.database.Database;
import dev.firstcome.database.Session;
import io.r2dbc.spi.Readable;
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
class StockRepository {

  private static final String LOCK =
      """
      SELECT s.product_id, p.name, p.price, p.on_sale, s.quantity
      FROM stock s JOIN products p ON p.id = s.product_id
      WHERE s.product_id = ANY($1) ORDER BY s.product_id FOR NO KEY UPDATE OF s
      """;

  private static final String TAKE =
      """
      UPDATE stock SET quantity = quantity - taken.units
      FROM unnest($1::bigint[], $2::bigint[]) AS taken (product_id, units)
      WHERE stock.product_id = taken.product_id
      """;

  // One statement is one snapshot: an order that it shows is in the quantity that it shows.
  private static final String SNAPSHOT =
      """
      SELECT product_id, quantity, NULL::uuid AS order_id FROM stock WHERE product_id = ANY($1)
      UNION ALL
      SELECT NULL, NULL, id FROM orders WHERE id = ANY($2)
      """;

  private final Database database;

  StockRepository(Database database) {
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

  Mono<Map<Long, StockedProduct>> lock(Session session, Collection<Long> ids) {
    return session
        .list(
            LOCK,
            row ->
                new StockedProduct(
                    row.get(0, Long.class),
                    row.get(1, String.class),
                    row.get(2, Long.class),
                    row.get(3, Boolean.class),
                    row.get(4, Long.class)),
            (Object) ids.toArray(Long[]::new))
        .map(rows -> rows.stream().collect(Collectors.toMap(StockedProduct::productId, s -> s)));
  }

  /** Takes units off; negative units give back. */
  Mono<Long> take(Session session, Map<Long, Long> units) {
    List<Map.Entry<Long, Long>> rows = new ArrayList<>(units.entrySet());
    return session.update(
        TAKE,
        rows.stream().map(Map.Entry::getKey).toArray(Long[]::new),
        rows.stream().map(Map.Entry::getValue).toArray(Long[]::new));
  }

  Mono<Snapshot> snapshot(Collection<Long> products, Collection<UUID> orders) {
    return database
        .list(SNAPSHOT, SnapshotRow::of, products.toArray(Long[]::new), orders.toArray(UUID[]::new))
        .map(StockRepository::snapshot);
  }

  /** The same over a connection that the caller has. */
  Mono<Snapshot> snapshot(Session session, Collection<Long> products, Collection<UUID> orders) {
    return session
        .list(SNAPSHOT, SnapshotRow::of, products.toArray(Long[]::new), orders.toArray(UUID[]::new))
        .map(StockRepository::snapshot);
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
