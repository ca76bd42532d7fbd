package dev.firstcome.shop.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Stranger;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.test.context.ContextConfiguration;
import tools.jackson.databind.JsonNode;

/**
 * One row that a background job cannot do, because a constraint forbids it or a stranger has locked
 * it: everybody else's rows are done, and that one is shown and tried again.
 */
@SpringBootTest(classes = Firstcome.class, webEnvironment = WebEnvironment.RANDOM_PORT)
@ContextConfiguration(initializers = OwnStores.class)
@NullUnmarked
class WayRoundIT {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long PRICE = 5000;

  @Autowired private Database database;
  @LocalServerPort private int port;

  @Value("${firstcome.security.jwt-secret}")
  private String secret;

  private Sql sql;
  private Shopper shopper;
  private Shopper admin;

  @BeforeEach
  void connect() {
    sql = new Sql(database);
    Tokens tokens = new Tokens(secret);
    String user = UUID.randomUUID().toString();
    shopper = new Shopper(user, tokens.user(user), List.of(port));
    admin = new Shopper("admin", tokens.admin("admin"), List.of(port));
  }

  private String order(long product) {
    String body = "{\"items\":[{\"productId\":%s,\"quantity\":1}]}".formatted(product);
    Answer answer = shopper.send(HttpMethod.POST, "/orders", UUID.randomUUID().toString(), body);
    assertThat(answer.code()).isEqualTo(201);
    return answer.body().get("id").asString();
  }

  /** All of them are due from now on, the first of them first. */
  private void due(String... orders) {
    for (int i = 0; i < orders.length; i++) {
      sql.run(
          "UPDATE orders SET payment_due_at = now() - interval '1 s' * (5 - $2::bigint) WHERE id = $1",
          UUID.fromString(orders[i]),
          (long) i);
    }
  }

  private String status(String order) {
    return sql.column("SELECT status FROM orders WHERE id = $1", UUID.fromString(order)).get(0);
  }

  private void awaitExpired(Duration atMost, String... orders) {
    await()
        .atMost(atMost)
        .untilAsserted(
            () -> {
              for (String order : orders) {
                assertThat(status(order)).isEqualTo("EXPIRED");
              }
            });
  }

  private List<JsonNode> setAside(String subject) {
    List<JsonNode> found = new ArrayList<>();
    admin
        .get("/admin/set-aside?limit=100")
        .body()
        .path("items")
        .forEach(
            item -> {
              if (item.path("subject").asString().equals(subject)) {
                found.add(item);
              }
            });
    return found;
  }

  private long stock(long product) {
    return sql.number("SELECT quantity FROM stock WHERE product_id = $1", product);
  }

  @Test
  void expiresEverybodyElsesOrdersWhenAConstraintForbidsOne() {
    long poisoned = sql.product(PRICE, 10);
    long sound = sql.product(PRICE, 10);
    String bad = order(poisoned);
    String good = order(sound);
    String later = order(sound);
    sql.run(
        "ALTER TABLE stock ADD CONSTRAINT poison CHECK (product_id <> %s OR quantity < 10) NOT VALID"
            .formatted(poisoned));
    due(bad, good, later);

    awaitExpired(Duration.ofSeconds(15), good, later);
    assertThat(stock(sound)).isEqualTo(10);
    assertThat(status(bad)).isEqualTo("PENDING");
    await().atMost(LIMIT).until(() -> !setAside("order:" + bad).isEmpty());
    JsonNode shown = setAside("order:" + bad).get(0);
    assertThat(shown.path("job").asString()).isEqualTo("order expiry");
    assertThat(shown.path("attempts").asInt()).isPositive();
    assertThat(shown.path("lastError").asString()).contains("poison");
    sql.run("ALTER TABLE stock DROP CONSTRAINT poison");

    awaitExpired(LIMIT, bad);
    assertThat(stock(poisoned)).isEqualTo(10);
    assertThat(setAside("order:" + bad)).isEmpty();
  }

  @Test
  void expiresEverybodyElsesOrdersWhileAStrangerHoldsOneProduct() {
    long held = sql.product(PRICE, 10);
    long free = sql.product(PRICE, 10);
    String bad = order(held);
    String good = order(free);
    Stranger<?> psql =
        Stranger.locks(
            database, "SELECT quantity FROM stock WHERE product_id = $1 FOR UPDATE", held);
    due(bad, good);

    awaitExpired(Duration.ofSeconds(15), good);
    assertThat(status(bad)).isEqualTo("PENDING");
    psql.goes();
    awaitExpired(LIMIT, bad);
    assertThat(setAside("order:" + bad)).isEmpty();
  }

  @Test
  void cleansEverybodyElsesCartWhileAStrangerHoldsOne() {
    long product = sql.product(PRICE, 10);
    String other = UUID.randomUUID().toString();
    Shopper neighbour = new Shopper(other, new Tokens(secret).user(other), List.of(port));
    String item = "{\"productId\":%s,\"quantity\":1}".formatted(product);
    for (Shopper one : List.of(shopper, neighbour)) {
      assertThat(one.send(HttpMethod.POST, "/cart/items", item).code()).isEqualTo(201);
    }
    Stranger<?> psql =
        Stranger.locks(
            database,
            "SELECT quantity FROM cart_items WHERE user_id = $1 FOR UPDATE",
            shopper.userId());
    String body = "{\"items\":[" + item + "]}";
    for (Shopper one : List.of(shopper, neighbour)) {
      assertThat(one.send(HttpMethod.POST, "/orders", "cart", body).code()).isEqualTo(201);
    }

    awaitCart(neighbour, 0);
    await()
        .atMost(LIMIT)
        .until(
            () ->
                admin
                    .get("/admin/set-aside")
                    .body()
                    .path("items")
                    .toString()
                    .contains("relay to CART"));
    awaitCart(shopper, 1);
    psql.goes();
    awaitCart(shopper, 0);
  }

  private static void awaitCart(Shopper one, int items) {
    await().atMost(LIMIT).until(() -> one.get("/cart").body().path("items").size() == items);
  }

  @Test
  void takesBackMoreThanMayEverBeSupplied() {
    long product = sql.product(PRICE, 1_000_000_000);
    String paid = order(product);
    String unpaid = order(product);
    shopper.send(HttpMethod.PATCH, "/points", "charge", "{\"amount\":5000}");
    assertThat(
            shopper
                .send(HttpMethod.POST, "/payments", "pay", "{\"orderId\":\"" + paid + "\"}")
                .code())
        .isEqualTo(201);
    String supply =
        "{\"items\":[{\"productId\":%s,\"delta\":2}],\"reason\":\"more\"}".formatted(product);
    assertThat(admin.send(HttpMethod.POST, "/admin/stock-adjustments", "supply", supply).code())
        .isEqualTo(200);
    due(unpaid);

    awaitExpired(LIMIT, unpaid);
    Answer refunded = shopper.send(HttpMethod.POST, "/orders/" + paid + "/cancel", "");
    assertThat(refunded.body().path("status").asString()).isEqualTo("REFUNDED");
    assertThat(stock(product)).isEqualTo(1_000_000_002);
    assertThat(
            admin.send(HttpMethod.POST, "/admin/stock-adjustments", "supply-2", supply).outcome())
        .isEqualTo("400 INVALID_REQUEST");
    assertThat(
            admin
                .send(
                    HttpMethod.POST,
                    "/admin/stock-adjustments",
                    "withdrawal",
                    supply.replace("2}", "-1}"))
                .code())
        .isEqualTo(200);
  }

  @Test
  void refundsAlsoAboveTheMostThatMayBeCharged() {
    long product = sql.product(PRICE, 1);
    String paid = order(product);
    shopper.send(HttpMethod.PATCH, "/points", "charge", "{\"amount\":1000000}");
    shopper.send(HttpMethod.POST, "/payments", "pay", "{\"orderId\":\"" + paid + "\"}");
    // As if it had been charged a thousand times.
    long rest = 1_000_000_000 - 995_000;
    sql.run(
        """
        WITH entry AS (
          INSERT INTO point_entries (id, user_id, type, amount, balance_after, created_at)
          VALUES (gen_random_uuid(), $1, 'CHARGE', $2, 1000000000, now()))
        UPDATE point_balances SET balance = balance + $2 WHERE user_id = $1
        """,
        shopper.userId(),
        rest);

    Answer refunded = shopper.send(HttpMethod.POST, "/orders/" + paid + "/cancel", "");
    assertThat(refunded.outcome()).isEqualTo("200");
    assertThat(shopper.get("/points").body().path("balance").asLong()).isEqualTo(1_000_005_000L);
    assertThat(shopper.send(HttpMethod.PATCH, "/points", "more", "{\"amount\":1}").outcome())
        .isEqualTo("409 POINT_LIMIT_EXCEEDED");
  }
}
