package dev.firstcome.product;

import dev.firstcome.database.Database;
import dev.firstcome.database.Replica;
import dev.firstcome.product.ProductHandler.ListedBody;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * The SQL by which products are looked at, from a replica if there is one; nobody buys by it. Its
 * failures are the driver's own, as lanes know them.
 */
@Component
class ProductRepository {

  private static final String FIND =
      """
      SELECT id, name, description, price, quantity AS stock, on_sale, created_at
      FROM products JOIN stock ON product_id = id
      WHERE id = ANY($1)
      """;

  private static final String NEWEST_BEFORE =
      """
      SELECT id, name, price, quantity AS stock, on_sale
      FROM products JOIN stock ON product_id = id
      WHERE id < $1 ORDER BY id DESC LIMIT $2
      """;

  private final Database database;
  private final Replica replica;

  ProductRepository(Database database, Replica replica) {
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
                row.get(4, Boolean.class)),
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
        .list(FIND, ProductRepository::product, (Object) distinct)
        .flatMap(
            found ->
                found.size() == distinct.length || !behind
                    ? Mono.just(found)
                    : database.list(FIND, ProductRepository::product, (Object) distinct))
        .map(found -> found.stream().collect(Collectors.toMap(Product::id, p -> p)));
  }

  private static Product product(Readable row) {
    return new Product(
        row.get("id", Long.class),
        row.get("name", String.class),
        row.get("description", String.class),
        row.get("price", Long.class),
        row.get("stock", Long.class),
        row.get("on_sale", Boolean.class),
        row.get("created_at", Instant.class));
  }
}
