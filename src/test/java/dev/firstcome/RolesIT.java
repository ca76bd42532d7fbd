package dev.firstcome;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.OwnStores;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import io.r2dbc.spi.R2dbcPermissionDeniedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.http.HttpMethod;
import org.springframework.test.context.ContextConfiguration;

/** The two roles of {@code db/roles.sql}: one migrates, the other suffices to sell. */
@ShopTest
@ContextConfiguration(initializers = RolesIT.TwoRoles.class)
class RolesIT {

  private static final String SECRET = "firstcome.security.jwt-secret";

  @LocalServerPort int port;
  @Autowired Tokens tokens;
  @Autowired Database database;

  @Test
  void theShopsRoleMayReadAndWriteEveryTableAndOwnsNone() {
    assertThat(
            new Sql(database)
                .column(
                    """
                    SELECT c.relname || ' ' || r FROM pg_class c,
                      unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) r
                    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                      AND (NOT has_table_privilege(c.oid, r)
                        OR pg_has_role(c.relowner, 'USAGE') OR has_table_privilege(c.oid, 'TRUNCATE'))
                    """))
        .isEmpty();
    assertThat(new Sql(database).column("SELECT current_user::text"))
        .containsExactly(TwoRoles.SHOP);
  }

  @Test
  void sellsPaysRefundsAndTellsWhatFollows() {
    Shopper admin = shopper("admin", tokens.admin("admin"));
    Shopper user = shopper("mina", tokens.user("mina"));
    long product = made(admin, "/admin/products", "{\"name\":\"cup\",\"price\":300,\"stock\":0}");
    made(
        admin,
        "/admin/stock-adjustments",
        "{\"items\":[{\"productId\":%s,\"delta\":5}],\"reason\":\"supply\"}".formatted(product));
    good(user.send(HttpMethod.PATCH, "/points", "charge", "{\"amount\":1000}"));
    String order =
        good(user.send(
                HttpMethod.POST,
                "/orders",
                "order",
                "{\"items\":[{\"productId\":%s,\"quantity\":2}]}".formatted(product)))
            .body()
            .path("id")
            .asString();
    good(user.send(HttpMethod.POST, "/payments", "pay", "{\"orderId\":\"%s\"}".formatted(order)));
    good(
        admin.send(
            HttpMethod.POST,
            "/admin/orders/" + order + "/refunds",
            "refund",
            "{\"restock\":true,\"reason\":\"broken\"}"));
    Sql sql = new Sql(database);
    assertThat(sql.number("SELECT quantity FROM stock WHERE product_id = $1", product))
        .isEqualTo(5);
    // The ranking and the gate have heard; no platform is configured that would.
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(sql.column("SELECT DISTINCT consumer FROM outbox"))
                    .isSubsetOf("PLATFORM"));
  }

  @Test
  void theShopsRoleChangesNoTableAndNoAudit() {
    for (String statement :
        List.of(
            "CREATE TABLE mine (id int)",
            "TRUNCATE orders",
            "ALTER TABLE audit DISABLE TRIGGER audit_append_only")) {
      assertThatThrownBy(() -> new Sql(database).run(statement))
          .as(statement)
          .isInstanceOf(R2dbcPermissionDeniedException.class);
    }
  }

  private static long made(Shopper admin, String path, String body) {
    return good(admin.send(HttpMethod.POST, path, path, body)).body().path("id").asLong();
  }

  private static Answer good(Answer answer) {
    assertThat(answer.code()).as(answer.body().toString()).isIn(200, 201);
    return answer;
  }

  private Shopper shopper(String userId, String token) {
    return new Shopper(userId, token, List.of(port));
  }

  /**
   * A database of its own in which a superuser has run the file, and nothing else. Roles are the
   * server's, which may outlive this run: they get names of their own.
   */
  static final class TwoRoles
      implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final String RUN = "_" + Long.toHexString(System.nanoTime());
    static final String OWNER = "firstcome_owner" + RUN;
    static final String SHOP = "firstcome_shop" + RUN;

    @Override
    public void initialize(ConfigurableApplicationContext context) {
      new ShopTest.WithServers().initialize(context);
      ConfigurableEnvironment environment = context.getEnvironment();
      String secret = environment.getRequiredProperty(SECRET);
      new OwnStores().initialize(context);
      String password = environment.getRequiredProperty("spring.r2dbc.password");
      try (Connection superuser =
              DriverManager.getConnection(
                  environment.getRequiredProperty("spring.r2dbc.url").replace("r2dbc:", "jdbc:"),
                  environment.getRequiredProperty("spring.r2dbc.username"),
                  password);
          Statement statement = superuser.createStatement()) {
        statement.execute(
            Files.readString(Path.of("db/roles.sql"))
                .replace("firstcome_owner", OWNER)
                .replace("firstcome_shop", SHOP));
        for (String role : List.of(OWNER, SHOP)) {
          statement.execute("ALTER ROLE %s PASSWORD '%s'".formatted(role, password));
        }
      } catch (SQLException e) {
        throw new IllegalStateException("db/roles.sql", e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Map<String, Object> roles =
          Map.of("spring.r2dbc.username", SHOP, "spring.flyway.user", OWNER, SECRET, secret);
      environment.getPropertySources().addFirst(new MapPropertySource("two roles", roles));
    }
  }
}
