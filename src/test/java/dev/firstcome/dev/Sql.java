package dev.firstcome.dev;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;

import dev.firstcome.infra.postgres.Database;
import java.util.List;

/** What the database says, next to what the shop says. */
public final class Sql {

  private final Database database;

  public Sql(Database database) {
    this.database = database;
  }

  /** The single number that the query answers. */
  public long number(String query, Object... arguments) {
    return requireNonNull(
            database.list(query, row -> row.get(0, Long.class), arguments).block(SOON))
        .get(0);
  }

  /** The first column of every row, as text. */
  public List<String> column(String query, Object... arguments) {
    return requireNonNull(
        database.list(query, row -> String.valueOf(row.get(0)), arguments).block(SOON));
  }

  public void run(String statement, Object... arguments) {
    requireNonNull(database.update(statement, arguments).block(SOON));
  }

  /** A product on sale; its supply is written down as an adjustment, as every supply is. */
  public long product(long price, long stock) {
    return number(
        """
        WITH product AS (INSERT INTO products (name, price) VALUES ('test', $1) RETURNING id),
        supply AS (
          INSERT INTO stock_adjustments (product_id, delta, reason, adjusted_by)
          SELECT id, $2, 'supply', 'test' FROM product WHERE $2 > 0),
        stocked AS (
          INSERT INTO stock (product_id, quantity) SELECT id, $2 FROM product)
        SELECT id FROM product
        """,
        price,
        stock);
  }

  /** A campaign that is open now: 1,000 won off. */
  public long campaign(long quantity) {
    return number(
        """
        INSERT INTO coupons (name, discount_type, discount_value, total_quantity,
                             issuable_from, issuable_until, valid_until)
        VALUES ('test', 'FIXED', 1000, $1,
                now() - interval '1 hour', now() + interval '1 hour', now() + interval '2 hours')
        RETURNING id
        """,
        quantity);
  }
}
