package dev.firstcome.shop.cart;

import static dev.firstcome.infra.postgres.Columns.longs;
import static dev.firstcome.infra.postgres.Columns.texts;
import static dev.firstcome.infra.postgres.Columns.uuids;

import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of carts. */
@Component
class CartSql {

  // held locks the row, and so reads it as it is when this statement's turn has come, not as it was
  // when the statement began. Where there is no row yet, nothing can be locked: then the guard of
  // the
  // upsert decides, and the caller looks again.
  private static final String PUT =
      """
      WITH wanted AS (
        SELECT id, on_sale, stock.quantity AS stock
        FROM products JOIN stock ON product_id = id WHERE id = $2),
      held AS (
        SELECT quantity FROM cart_items WHERE user_id = $1 AND product_id = $2 FOR NO KEY UPDATE),
      cart AS (
        SELECT count(*) AS products FROM cart_items WHERE user_id = $1),
      written AS (
        INSERT INTO cart_items AS item (user_id, product_id, quantity, added_at)
        SELECT $1, id, $3, $4 FROM wanted
        WHERE on_sale
          AND coalesce((SELECT quantity FROM held), 0) * $5 + $3 <= least(stock, $6)
          AND (EXISTS (SELECT FROM held) OR (SELECT products FROM cart) < $7)
        ON CONFLICT (user_id, product_id) DO UPDATE SET quantity = item.quantity * $5 + $3
          WHERE item.quantity * $5 + $3 <= least((SELECT stock FROM wanted), $6)
        RETURNING true)
      SELECT EXISTS (SELECT FROM written) AS written,
        coalesce(held.quantity, 0) * $5 AS held, held.quantity IS NOT NULL AS known,
        products, on_sale, stock
      FROM wanted CROSS JOIN cart LEFT JOIN held ON true
      """;

  private static final String OF =
      """
      SELECT item.product_id, name, price, item.quantity,
        on_sale AND stock.quantity >= item.quantity AS in_stock
      FROM cart_items AS item
      JOIN products ON id = item.product_id
      JOIN stock ON stock.product_id = item.product_id
      WHERE user_id = $1 ORDER BY added_at, item.product_id
      """;

  private static final String REMOVE =
      "DELETE FROM cart_items WHERE user_id = $1 AND product_id = $2";

  private static final String CLEAR = "DELETE FROM cart_items WHERE user_id = $1";

  private static final String ORDERS_FROM_CARTS =
      """
      SELECT DISTINCT ordered.id
      FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS ordered (id, user_id, product_id)
      JOIN cart_items USING (user_id, product_id)
      """;

  private final Database database;

  CartSql(Database database) {
    this.database = database;
  }

  /**
   * @param adds whether the units are added to those in the cart, or replace them
   * @return empty if there is no such product
   */
  Mono<CartUpdate> put(String userId, long productId, long quantity, boolean adds, Instant now) {
    return database
        .list(
            PUT,
            row ->
                new CartUpdate(
                    row.get("written", Boolean.class),
                    productId,
                    quantity,
                    row.get("held", Long.class),
                    row.get("known", Boolean.class),
                    row.get("products", Long.class),
                    row.get("on_sale", Boolean.class),
                    row.get("stock", Long.class)),
            userId,
            productId,
            quantity,
            now,
            adds ? 1L : 0L,
            Cart.MOST_UNITS,
            Cart.MOST_PRODUCTS)
        .flatMap(rows -> Mono.justOrEmpty(rows.stream().findFirst()));
  }

  Mono<Cart> of(String userId) {
    return database
        .list(
            OF,
            row ->
                new Cart.Item(
                    row.get("product_id", Long.class),
                    row.get("name", String.class),
                    row.get("price", Long.class),
                    row.get("quantity", Long.class),
                    row.get("in_stock", Boolean.class)),
            userId)
        .map(Cart::new);
  }

  /** Those of the orders that want something which is in their user's cart. */
  Mono<List<UUID>> ordersFromCarts(Session session, List<CartUse> uses) {
    return session.list(
        ORDERS_FROM_CARTS,
        row -> row.get(0, UUID.class),
        uuids(uses, CartUse::orderId),
        texts(uses, CartUse::userId),
        longs(uses, CartUse::productId));
  }

  Mono<Long> remove(String userId, long productId) {
    return database.update(REMOVE, userId, productId);
  }

  Mono<Long> clear(String userId) {
    return database.update(CLEAR, userId);
  }
}
