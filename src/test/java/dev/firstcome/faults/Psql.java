package dev.firstcome.faults;

import dev.firstcome.dev.Stores;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Somebody's session at the database, with a transaction that stays open until closed. */
final class Psql implements AutoCloseable {

  /** As many as {@link SeedRun} puts on sale. */
  private static final int PRODUCTS = 6;

  private final Connection connection;
  private final long product;

  private Psql(Connection connection, String query) throws SQLException {
    this.connection = connection;
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      product = rows.getLong(1);
    }
  }

  /** Holds the stock of one of those products that are on sale. */
  static Psql holdingStock(Stores stores, long chance) throws SQLException {
    String query =
        "SELECT product_id FROM stock ORDER BY product_id DESC LIMIT 1 OFFSET %d FOR UPDATE"
            .formatted(Math.floorMod(chance, PRODUCTS));
    return new Psql(stores.connect(), query);
  }

  /** Sees what there is now, for as long as it is open. */
  static Psql withSnapshot(Stores stores) throws SQLException {
    Connection connection = stores.connect();
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    return new Psql(connection, "SELECT count(*) FROM orders");
  }

  /** Which it holds. */
  long product() {
    return product;
  }

  @Override
  public void close() {
    try (connection) {
      connection.rollback();
    } catch (SQLException gone) {
      // The server has ended it: then it holds nothing any more.
    }
  }
}
