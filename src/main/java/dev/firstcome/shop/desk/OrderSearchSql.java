package dev.firstcome.shop.desk;

import static dev.firstcome.infra.postgres.Columns.texts;
import static dev.firstcome.infra.postgres.Columns.uuids;

import dev.firstcome.http.dispatch.TimePosition;
import dev.firstcome.infra.postgres.Database;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of finding orders: each way of candidates is a walk over one index, and stops early. */
@Component
class OrderSearchSql {

  private static final String OF_USER =
      """
      SELECT created_at, id FROM orders
      WHERE user_id = $1 AND (created_at, id) < ($2, $3) AND created_at >= $4
      ORDER BY created_at DESC, id DESC LIMIT $5
      """;

  private static final String OF_PRODUCT =
      """
      SELECT ordered_at, order_id FROM order_items
      WHERE product_id = $1 AND (ordered_at, order_id) < ($2, $3) AND ordered_at >= $4
      ORDER BY ordered_at DESC, order_id DESC LIMIT $5
      """;

  private static final String OF_DROP =
      """
      SELECT ordered_at, order_id FROM order_items
      WHERE drop_id = $1 AND (ordered_at, order_id) < ($2, $3) AND ordered_at >= $4
      ORDER BY ordered_at DESC, order_id DESC LIMIT $5
      """;

  // One index serves a list of any status and of all, however few or many have it.
  private static final String OF_STATUS =
      """
      SELECT o.created_at, o.id FROM unnest($1::text[]) AS wanted (status) CROSS JOIN LATERAL (
        SELECT created_at, id FROM orders
        WHERE upper(status) = wanted.status AND (created_at, id) < ($2, $3) AND created_at >= $4
        ORDER BY created_at DESC, id DESC LIMIT $5) AS o
      ORDER BY created_at DESC, id DESC LIMIT $5
      """;

  // By their keys. What is empty does not matter.
  private static final String MATCHING =
      """
      SELECT id FROM orders
      WHERE id = ANY($1) AND status || '' = ANY($2)
        AND (cardinality($3::bigint[]) + cardinality($4::bigint[]) = 0 OR EXISTS (
          SELECT FROM order_items i WHERE i.order_id = orders.id
            AND (cardinality($3::bigint[]) = 0 OR i.product_id = ANY($3))
            AND (cardinality($4::bigint[]) = 0 OR i.drop_id = ANY($4))))
      """;

  private final Database database;

  OrderSearchSql(Database database) {
    this.database = database;
  }

  /** The next of those that the best index knows, newest first. */
  Mono<List<TimePosition>> candidates(
      OrderFilter filter, @Nullable TimePosition before, int limit) {
    TimePosition from = Objects.requireNonNull(before, "there are no more");
    Instant oldest = filter.from() == null ? Instant.EPOCH : filter.from();
    return database.list(
        way(filter), OrderSearchSql::position, key(filter), from.at(), from.id(), oldest, limit);
  }

  private static String way(OrderFilter filter) {
    if (filter.userId() != null) {
      return OF_USER;
    } else if (filter.productId() != null) {
      return OF_PRODUCT;
    }
    return filter.dropId() != null ? OF_DROP : OF_STATUS;
  }

  private static Object key(OrderFilter filter) {
    if (filter.userId() != null) {
      return filter.userId();
    } else if (filter.productId() != null) {
      return filter.productId();
    }
    return filter.dropId() != null ? filter.dropId() : statuses(filter);
  }

  /** Those of the candidates that are asked for. */
  Mono<Set<UUID>> matching(OrderFilter filter, List<TimePosition> candidates) {
    return database
        .list(
            MATCHING,
            row -> row.get(0, UUID.class),
            uuids(candidates, TimePosition::id),
            statuses(filter),
            some(filter.productId()),
            some(filter.dropId()))
        .map(Set::copyOf);
  }

  private static String[] statuses(OrderFilter filter) {
    return texts(filter.statuses(), Enum::name);
  }

  private static Long[] some(@Nullable Long id) {
    return id == null ? new Long[0] : new Long[] {id};
  }

  private static TimePosition position(Readable row) {
    return new TimePosition(row.get(0, Instant.class), row.get(1, UUID.class));
  }
}
