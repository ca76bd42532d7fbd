package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.Servers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** The demo, in a schema of its own, and the query that knows whether every promise is kept. */
class DemoIT {

  private static final String SCHEMA = "seed_check";

  private static Connection connection;

  @BeforeAll
  static void migrateAndSow() throws IOException, SQLException {
    StandardEnvironment environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .addFirst(new MapPropertySource("servers", Servers.forTests(environment)));
    String url =
        environment
            .getRequiredProperty("spring.r2dbc.url")
            .replaceFirst("^r2dbc:(pool:)?", "jdbc:");
    String user = environment.getRequiredProperty("spring.r2dbc.username");
    String password = environment.getRequiredProperty("spring.r2dbc.password");
    Flyway flyway =
        Flyway.configure()
            .dataSource(url, user, password)
            .schemas(SCHEMA)
            .cleanDisabled(false)
            .locations("classpath:db/migration")
            .load();
    flyway.clean();
    flyway.migrate();
    connection = DriverManager.getConnection(url, user, password);
    connection.setAutoCommit(false);
    run("SET search_path = " + SCHEMA);
    for (Resource file : seed()) {
      run(file.getContentAsString(StandardCharsets.UTF_8));
    }
    run("ANALYZE");
    connection.commit();
  }

  @AfterEach
  void undo() throws SQLException {
    connection.rollback();
  }

  @AfterAll
  static void drop() throws SQLException {
    run("DROP SCHEMA " + SCHEMA + " CASCADE");
    connection.commit();
    connection.close();
  }

  @Test
  void keepsEveryPromise() throws IOException, SQLException {
    assertThat(violations()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE coupons SET issued_quantity = issued_quantity + 1 WHERE id = 2",
        "DELETE FROM coupons WHERE id = 2",
        "UPDATE stock SET quantity = quantity - 1 WHERE product_id = 1",
        "DELETE FROM stock WHERE product_id = 4",
        "UPDATE point_balances SET balance = balance + 1 WHERE user_id = 'alice'",
        "UPDATE point_entries SET balance_after = balance_after + 1 WHERE user_id = 'alice'",
        "UPDATE order_items SET unit_price = unit_price + 1 WHERE product_id = 1",
        "INSERT INTO order_items VALUES (gen_random_uuid(), 1, 'x', 1, 1)",
        "DELETE FROM payments WHERE order_id = (SELECT min(id::text)::uuid FROM orders)",
        "UPDATE payments SET amount = amount + 1",
        "UPDATE payments SET order_id = gen_random_uuid() WHERE amount < 15000",
        "UPDATE orders SET status = 'EXPIRED', payment_id = NULL WHERE total < 15000",
        "UPDATE orders SET status = 'REFUNDED' WHERE total < 15000",
        "UPDATE point_entries SET order_id = gen_random_uuid() WHERE type = 'USE' AND amount > -15000",
        "UPDATE issued_coupons SET used_at = NULL, order_id = NULL",
        "UPDATE issued_coupons SET order_id = gen_random_uuid() WHERE used_at IS NOT NULL"
      })
  void noticesABrokenPromise(String breach) throws IOException, SQLException {
    run(breach);
    assertThat(violations()).isNotEmpty();
  }

  @Test
  void hasTheProductsAndTheCampaignOfTheWalkThrough() throws SQLException {
    assertThat(
            rows(
                """
                SELECT format('%s: %s won, %s left, %s', id, price, quantity, on_sale)
                FROM products JOIN stock ON product_id = id WHERE id <= 2 ORDER BY id
                """))
        .containsExactly("1: 29000 won, 500 left, t", "2: 12000 won, 174 left, t");
    assertThat(
            rows(
                """
                SELECT format('%s %s from %s, %s of %s', discount_type, discount_value,
                  min_order_amount, issued_quantity, total_quantity)
                FROM coupons WHERE id = 1 AND now() BETWEEN issuable_from AND issuable_until
                """))
        .containsExactly("FIXED 5000 from 10000, 0 of 1000");
  }

  @Test
  void leavesTheNextIdsFree() throws SQLException {
    assertThat(rows("INSERT INTO products (name, price) VALUES ('next', 1) RETURNING id::text"))
        .containsExactly("301");
    assertThat(rows("SELECT nextval(pg_get_serial_sequence('coupons', 'id'))::text"))
        .containsExactly("7");
  }

  private static Resource[] seed() throws IOException {
    Resource[] files =
        new PathMatchingResourcePatternResolver().getResources("classpath*:db/seed/*.sql");
    assertThat(files).isNotEmpty();
    Arrays.sort(
        files, Comparator.comparing((Resource file) -> Objects.requireNonNull(file.getFilename())));
    return files;
  }

  private static List<String> violations() throws IOException, SQLException {
    return rows(Files.readString(Path.of("src/k6/invariants.sql")));
  }

  private static void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        rows.add(Objects.requireNonNull(result.getString(1)));
      }
    }
    return rows;
  }
}
