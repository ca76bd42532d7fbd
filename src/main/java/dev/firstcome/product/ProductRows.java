package dev.firstcome.product;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.data.r2dbc.repository.Query;
import org.springframework.data.repository.Repository;
import reactor.core.publisher.Mono;

/** The SQL of products. Each is one statement, so that product and stock are of one moment. */
interface ProductRows extends Repository<Product, Long> {

  // The first supply is an adjustment like any other: their sum is what there ever was.
  @Query(
      """
      WITH product AS (
        INSERT INTO products (name, description, price, on_sale, created_at)
        VALUES (:name, :description, :price, :onSale, :now)
        RETURNING id, name, description, price, on_sale, created_at),
      supply AS (
        INSERT INTO stock (product_id, quantity) SELECT id, :stock FROM product RETURNING quantity),
      record AS (
        INSERT INTO stock_adjustments (product_id, delta, reason, adjusted_by, created_at)
        SELECT id, :stock, 'initial stock', :by, created_at FROM product)
      SELECT product.*, quantity AS stock FROM product, supply
      """)
  Mono<Product> create(
      String name,
      String description,
      long price,
      boolean onSale,
      long stock,
      String by,
      Instant now);

  @Query(
      """
      UPDATE products SET
        name = coalesce(:name, name),
        description = coalesce(:description, description),
        price = coalesce(:price, price),
        on_sale = coalesce(:onSale, on_sale)
      FROM stock
      WHERE id = :id AND product_id = id
      RETURNING id, name, description, price, quantity AS stock, on_sale, created_at
      """)
  Mono<Product> change(
      long id,
      @Nullable String name,
      @Nullable String description,
      @Nullable Long price,
      @Nullable Boolean onSale);
}
