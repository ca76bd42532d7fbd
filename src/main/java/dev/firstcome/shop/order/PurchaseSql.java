package dev.firstcome.shop.order;

import static dev.firstcome.infra.postgres.Columns.longs;
import static dev.firstcome.infra.postgres.Columns.texts;

import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.order.Purchases.Count;
import dev.firstcome.shop.order.Purchases.Row;
import dev.firstcome.shop.order.Purchases.Unpaid;
import io.r2dbc.spi.Readable;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of limits: who takes turns, and what each has bought. */
@Component
class PurchaseSql {

  // As in orders: the first condition finds the rows, the second is exact.
  private static final String LOCK =
      """
      SELECT user_id, drop_id FROM buyers
      WHERE user_id = ANY($1) AND (user_id, drop_id) IN (SELECT * FROM unnest($1::text[], $2::bigint[]))
      ORDER BY user_id, drop_id FOR NO KEY UPDATE
      """;

  private static final String OPEN =
      """
      INSERT INTO buyers (user_id, drop_id)
      SELECT user_id, drop_id FROM unnest($1::text[], $2::bigint[]) AS b (user_id, drop_id)
      ORDER BY user_id, drop_id
      ON CONFLICT DO NOTHING
      """;

  // lower(status) is what orders_live_by_user speaks of, and no other index.
  private static final String UNPAID =
      """
      SELECT user_id, count(*) AS number, (array_agg(id ORDER BY created_at, id))[:100] AS ids
      FROM orders WHERE user_id = ANY($1) AND lower(status) = 'pending'
      GROUP BY user_id
      """;

  private static final String BOUGHT =
      """
      SELECT o.user_id, i.product_id, i.drop_id,
        coalesce(sum(i.quantity - i.refunded) FILTER (WHERE o.status <> 'PENDING'), 0)::bigint AS bought,
        coalesce(sum(i.quantity) FILTER (WHERE o.status = 'PENDING'), 0)::bigint AS pending
      FROM orders o JOIN order_items i ON i.order_id = o.id
      WHERE o.user_id = ANY($1) AND lower(o.status) IN ('pending', 'paid')
        AND (i.product_id = ANY($2) OR i.drop_id = ANY($3))
      GROUP BY o.user_id, i.product_id, i.drop_id
      """;

  /**
   * Whose turn it is.
   *
   * @param dropId {@link #OWN} for the user's unpaid orders
   */
  record Buyer(String userId, long dropId) {

    /** No drop has it. */
    static final long OWN = 0;
  }

  /**
   * Locks a row for each, in order. Only the first order of a user, or in a drop, finds none and
   * makes it.
   */
  Mono<Void> lock(Session session, Collection<Buyer> buyers) {
    if (buyers.isEmpty()) {
      return Mono.empty();
    }
    Object[] keys = {texts(buyers, Buyer::userId), longs(buyers, Buyer::dropId)};
    return session
        .list(LOCK, row -> row.get(0, String.class), keys)
        .filter(locked -> locked.size() < buyers.size())
        .flatMap(
            some ->
                session
                    .update(OPEN, keys)
                    .then(Mono.defer(() -> session.list(LOCK, r -> r.get(0, String.class), keys))))
        .then();
  }

  /** Unpaid orders, by user. */
  Mono<Map<String, Unpaid>> unpaid(Session session, Collection<String> users) {
    return session
        .list(UNPAID, PurchaseSql::unpaid, (Object) users.toArray(String[]::new))
        .map(
            rows ->
                rows.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  /** What these users have of these products, and of what was ordered in these drops. */
  Mono<List<Row>> bought(
      Session session,
      Collection<String> users,
      Collection<Long> products,
      Collection<Long> drops) {
    return session.list(
        BOUGHT,
        PurchaseSql::row,
        users.toArray(String[]::new),
        products.toArray(Long[]::new),
        drops.toArray(Long[]::new));
  }

  private static Map.Entry<String, Unpaid> unpaid(Readable row) {
    return Map.entry(
        row.get("user_id", String.class),
        new Unpaid(row.get("number", Long.class), List.of(row.get("ids", UUID[].class))));
  }

  private static Row row(Readable row) {
    @Nullable Long drop = row.get("drop_id", Long.class);
    return new Row(
        row.get("user_id", String.class),
        row.get("product_id", Long.class),
        drop,
        new Count(row.get("bought", Long.class), row.get("pending", Long.class)));
  }
}
