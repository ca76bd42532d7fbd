package dev.firstcome.shop.product;

import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Replica;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.product.ProductHandler.ListedBody;
import dev.firstcome.shop.product.ProductHandler.NewProduct;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * The SQL of products. They are looked at from a replica if there is one; nobody buys by that. Its
 * failures are the driver's own, as lanes know them.
 */
@Component
class ProductSql {

  private static final String FIND =
      """
      SELECT id, name, description, price, quantity AS stock, on_sale, max_per_user, drop_id, created_at,
        version
      FROM products JOIN stock ON product_id = id
      WHERE id = ANY($1)
      """;

  private static final String NEWEST_BEFORE =
      """
      SELECT id, name, price, quantity AS stock, on_sale, max_per_user, drop_id
      FROM products JOIN stock ON product_id = id
      WHERE id < $1 ORDER BY id DESC LIMIT $2
      """;

  // The first supply is an adjustment like any other: their sum is what there ever was.
  private static final String INSERT =
      """
      WITH product AS (
        INSERT INTO products (name, description, price, on_sale, max_per_user)
        VALUES ($1, $2, $3, $4, ($5::bigint[])[1])
        RETURNING id, name, description, price, on_sale, max_per_user, drop_id, created_at, version),
      supply AS (
        INSERT INTO stock (product_id, quantity) SELECT id, $6 FROM product RETURNING quantity),
      record AS (
        INSERT INTO stock_adjustments (product_id, delta, reason, adjusted_by, created_at)
        SELECT id, $6, 'initial stock', $7, created_at FROM product)
      SELECT product.*, quantity AS stock FROM product, supply
      """;

  private static final String LOCK_STOCK =
      "SELECT product_id FROM stock WHERE product_id = $1 FOR NO KEY UPDATE";

  private static final String WRITE =
      """
      UPDATE products SET name = $2, description = $3, price = $4, on_sale = $5,
        max_per_user = ($6::bigint[])[1],
        limited_at = CASE WHEN max_per_user IS DISTINCT FROM ($6::bigint[])[1]
          THEN clock_timestamp() ELSE limited_at END,
        version = version + 1
      FROM stock
      WHERE id = $1 AND product_id = id
      RETURNING id, name, description, price, quantity AS stock, on_sale, max_per_user, drop_id,
        created_at, version
      """;

  private final Database database;
  private final Replica replica;

  ProductSql(Database database, Replica replica) {
    this.database = database;
    this.replica = replica;
  }

  Mono<List<ListedBody>> newestBefore(long id, int limit) {
    return replica.list(
        NEWEST_BEFORE,
        row ->
            new ListedBody(
                row.get(0, Long.class),
                row.get(1, String.class),
                row.get(2, Long.class),
                row.get(3, Long.class),
                row.get(4, Boolean.class),
                row.get(5, Long.class),
                row.get(6, Long.class)),
        id,
        limit);
  }

  /**
   * Those of the products that exist, by id, each with its stock of the same moment. What a replica
   * does not have may have been made just now.
   */
  Mono<Map<Long, Product>> find(Collection<Long> ids) {
    Long[] distinct = ids.stream().distinct().toArray(Long[]::new);
    boolean behind = replica.serves();
    return replica
        .list(FIND, ProductSql::product, (Object) distinct)
        .flatMap(
            found ->
                found.size() == distinct.length || !behind
                    ? Mono.just(found)
                    : database.list(FIND, ProductSql::product, (Object) distinct))
        .map(found -> found.stream().collect(Collectors.toMap(Product::id, p -> p)));
  }

  /** A new product with its stock. */
  Mono<Product> insert(Session session, NewProduct made, String by) {
    return session
        .list(
            INSERT,
            ProductSql::product,
            made.name(),
            made.description() == null ? "" : made.description(),
            made.price(),
            made.onSale() == null || made.onSale(),
            new Long[] {made.maxPerUser()},
            made.stock(),
            by)
        .map(rows -> rows.get(0));
  }

  /**
   * Locks the product's stock, as everybody does who changes the terms of a sale, and then reads
   * the product: an order that holds the stock is committed by the old terms before the change is,
   * and the next one reads the new ones.
   *
   * @return empty if there is no such product
   */
  Mono<Product> lock(Session session, long id) {
    return session
        .list(LOCK_STOCK, row -> id, id)
        .then(Mono.defer(() -> session.list(FIND, ProductSql::product, (Object) new Long[] {id})))
        .flatMap(found -> Mono.justOrEmpty(found.stream().findFirst()));
  }

  /** Writes what can be changed of a locked product; its version becomes one higher. */
  Mono<Product> write(Session session, Product then) {
    return session
        .list(
            WRITE,
            ProductSql::product,
            then.id(),
            then.name(),
            then.description(),
            then.price(),
            then.onSale(),
            new Long[] {then.maxPerUser()})
        .map(rows -> rows.get(0));
  }

  private static Product product(Readable row) {
    return new Product(
        row.get("id", Long.class),
        row.get("name", String.class),
        row.get("description", String.class),
        row.get("price", Long.class),
        row.get("stock", Long.class),
        row.get("on_sale", Boolean.class),
        row.get("max_per_user", Long.class),
        row.get("drop_id", Long.class),
        row.get("created_at", Instant.class),
        row.get("version", Long.class));
  }
}
