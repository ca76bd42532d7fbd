package dev.firstcome.product;

import dev.firstcome.database.Database;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * The SQL of the lane that reads products: its failures are the driver's own, as lanes know them.
 */
@Component
class ProductRepository {

  private static final String FIND =
      """
      SELECT id, name, description, price, quantity AS stock, on_sale, created_at
      FROM products JOIN stock ON product_id = id
      WHERE id = ANY($1)
      """;

  private final Database database;

  ProductRepository(Database database) {
    this.database = database;
  }

  /** Those of the products that exist, by id, each with its stock of the same moment. */
  Mono<Map<Long, Product>> find(Collection<Long> ids) {
    Long[] distinct = ids.stream().distinct().toArray(Long[]::new);
    return database
        .list(FIND, ProductRepository::product, (Object) distinct)
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
