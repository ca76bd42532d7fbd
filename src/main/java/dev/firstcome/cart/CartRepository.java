package dev.firstcome.cart;

import static dev.firstcome.database.Columns.instants;
import static dev.firstcome.database.Columns.longs;
import static dev.firstcome.database.Columns.texts;

import dev.firstcome.cart.Carts.Ordered;
import dev.firstcome.database.Database;
import dev.firstcome.database.Session;
import java.time.Instant;
import java.util.List;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of carts. Rows are locked in the order of user and product. */
@Component
class CartRepository {

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

  private static final String LOCK_ORDERED =
      """
      SELECT FROM cart_items
      WHERE (user_id, product_id) IN (SELECT * FROM unnest($1::text[], $2::bigint[]))
      ORDER BY user_id, product_id FOR UPDATE
      """;

  // What was put into the cart after the order is not what was ordered.
  private static final String TAKE_OUT =
      """
      WITH ordered AS (
        SELECT user_id, product_id, sum(quantity) AS units, max(at) AS at
        FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::timestamptz[])
          AS line (user_id, product_id, quantity, at)
        GROUP BY user_id, product_id),
      gone AS (
        DELETE FROM cart_items AS item USING ordered
        WHERE item.user_id = ordered.user_id AND item.product_id = ordered.product_id
          AND added_at <= at AND quantity <= units)
      UPDATE cart_items AS item SET quantity = quantity - units
      FROM ordered
      WHERE item.user_id = ordered.user_id AND item.product_id = ordered.product_id
        AND added_at <= at AND quantity > units
      """;

  private final Database database;

  CartRepository(Database database) {
    this.database = database;
  }

  /**
   * @param adds whether the units are added to those in the cart, or replace them
   * @return empty if there is no such product
   */
  Mono<Attempt> put(String userId, long productId, long quantity, boolean adds, Instant now) {
    return database
        .list(
            PUT,
            row ->
                new Attempt(
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

  Mono<Long> remove(String userId, long productId) {
    return database.update(REMOVE, userId, productId);
  }

  Mono<Long> clear(String userId) {
    return database.update(CLEAR, userId);
  }

  Mono<Void> takeOut(Session session, List<Ordered> lines) {
    String[] users = texts(lines, Ordered::userId);
    Long[] products = longs(lines, Ordered::productId);
    return session
        .list(LOCK_ORDERED, row -> true, users, products)
        .flatMap(
            locked ->
                session.update(
                    TAKE_OUT,
                    users,
                    products,
                    longs(lines, Ordered::quantity),
                    instants(lines, Ordered::at)))
        .then();
  }
}
