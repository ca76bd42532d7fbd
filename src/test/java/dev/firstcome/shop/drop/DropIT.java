package dev.firstcome.shop.drop;

import static dev.firstcome.shop.drop.DropShop.order;
import static dev.firstcome.shop.drop.DropShop.orderBody;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;

/** What an operator does with drops, and what customers hear of it. */
@ShopTest
class DropIT {

  private static final Instant PAST = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant FUTURE = Instant.parse("2999-01-01T00:00:00Z");

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;
  private DropShop shop;
  private Sql sql;

  @BeforeEach
  void open() {
    shop = new DropShop(tokens, port);
    sql = new Sql(database);
  }

  @Test
  void sellsItsProductsOnlyWhileItIsOpen() {
    long product = sql.product(1000, 10);
    long drop = shop.drop(FUTURE, "", product);
    Answer early = shop.now(order(shop.shopper(), "k", product, 1));

    assertThat(early.outcome()).isEqualTo("409 DROP_NOT_OPEN");
    assertThat(early.body().get("dropId").asLong()).isEqualTo(drop);
    assertThat(early.body().get("dropStatus").asString()).isEqualTo("SCHEDULED");
    assertThat(Instant.parse(early.body().get("opensAt").asString())).isEqualTo(FUTURE);
    assertThat(early.body().get("closesAt").isNull()).isTrue();
    assertThat(Instant.parse(early.body().get("serverTime").asString()))
        .isBetween(Instant.now().minusSeconds(30), Instant.now().plusSeconds(30));

    shop.change(drop, "{\"opensAt\":\"2026-01-01T00:00:00Z\"}");
    assertThat(status(drop)).isEqualTo("OPEN");
    Shopper shopper = shop.shopper();
    assertThat(patiently(shopper, "k", product).outcome()).isEqualTo("201");

    // Long ago: a repeated request hears its order however late it comes.
    sql.run(
        "UPDATE stock SET ordered_at = now() - interval '1 day' WHERE product_id = $1", product);
    shop.change(drop, "{\"paused\":true}");
    assertThat(shop.now(order(shop.shopper(), "k", product, 1)).body().get("dropStatus").asString())
        .isEqualTo("PAUSED");
    assertThat(shop.now(order(shopper, "k", product, 1)).outcome()).isEqualTo("201");
    shop.change(drop, "{\"paused\":false}");
    assertThat(patiently(shop.shopper(), "k", product).outcome()).isEqualTo("201");

    shop.change(drop, "{\"closesAt\":\"2026-01-02T00:00:00Z\"}");
    assertThat(status(drop)).isEqualTo("CLOSED");
    assertThat(shop.now(order(shop.shopper(), "k", product, 1)).body().get("dropStatus").asString())
        .isEqualTo("CLOSED");
    shop.change(drop, "{\"closesAt\":null}");
    assertThat(status(drop)).isEqualTo("OPEN");
  }

  /** An instance may not have heard yet that it may go on. */
  private Answer patiently(Shopper shopper, String key, long product) {
    Answer answer = shop.now(order(shopper, key, product, 1));
    for (int i = 0; i < 50 && answer.code() == 409; i++) {
      answer = shop.now(order(shopper, key, product, 1).delaySubscription(Duration.ofMillis(100)));
    }
    return answer;
  }

  private String status(long drop) {
    return shop.operator.get("/drops/" + drop).body().get("status").asString();
  }

  @Test
  void refusesInTheSameOrderAlsoBeforeTheOpening() {
    long product = sql.product(1000, 10);
    long off = sql.product(1000, 10);
    sql.run("UPDATE products SET on_sale = false WHERE id = $1", off);
    long drop = shop.drop(FUTURE, "", product, off);
    // Every instance knows of it once a change is answered.
    shop.change(drop, "{\"name\":\"known\"}");
    Shopper shopper = shop.shopper();

    assertThat(shop.now(order(shopper, "a", product, 1, 999_999_999, 1)).outcome())
        .isEqualTo("404 PRODUCT_NOT_FOUND");
    assertThat(shop.now(order(shopper, "b", product, 1, off, 1)).outcome())
        .isEqualTo("409 PRODUCT_NOT_ON_SALE");
    assertThat(shop.now(order(shopper, "c", product, 1)).outcome()).isEqualTo("409 DROP_NOT_OPEN");
  }

  @Test
  void isCalledOffByClosingItBeforeItsOpening() {
    long product = sql.product(1000, 10);
    long drop = shop.drop(FUTURE, "", product);
    shop.change(drop, "{\"closesAt\":\"2026-01-02T00:00:00Z\"}");

    assertThat(status(drop)).isEqualTo("CLOSED");
    assertThat(shop.now(order(shop.shopper(), "k", product, 1)).outcome())
        .isEqualTo("409 DROP_NOT_OPEN");
    shop.change(drop, "{\"productIds\":[]}");
    assertThat(patiently(shop.shopper(), "k", product).outcome()).isEqualTo("201");
  }

  @Test
  void showsItsProductsAndTheProductsShowIt() {
    long first = sql.product(1000, 10);
    long second = sql.product(2000, 20);
    shop.limit(first, "3");
    long drop = shop.drop(PAST, ",\"maxPerUser\":5", second, first, first);
    Answer shown = shop.operator.get("/drops/" + drop);

    assertThat(shown.body().get("name").asString()).isEqualTo("drop");
    assertThat(shown.body().get("maxPerUser").asLong()).isEqualTo(5);
    assertThat(shown.body().get("line").isNull()).isTrue();
    assertThat(shown.body().get("products")).hasSize(2);
    assertThat(shown.body().at("/products/0/id").asLong()).isEqualTo(first);
    assertThat(shown.body().at("/products/0/maxPerUser").asLong()).isEqualTo(3);
    assertThat(shown.body().at("/products/0/stock").asLong()).isEqualTo(10);
    assertThat(shop.operator.get("/products/" + first).body().get("dropId").asLong())
        .isEqualTo(drop);
    assertThat(shop.operator.get("/drops?limit=1").body().at("/items/0/id").asLong())
        .isGreaterThanOrEqualTo(drop);
    assertThat(
            shop.operator
                .get("/drops?status=OPEN&limit=100")
                .body()
                .at("/items")
                .findValuesAsString("status"))
        .isNotEmpty()
        .containsOnly("OPEN");
    assertThat(shop.operator.get("/drops?status=SHUT").outcome()).isEqualTo("400 INVALID_REQUEST");
  }

  @Test
  void letsAProductGoToAnotherDropOnlyWhenItIsClosed() {
    long product = sql.product(1000, 10);
    long first = shop.drop(PAST, "", product);
    Answer taken =
        shop.operator.send(HttpMethod.POST, "/admin/drops", DropShop.dropBody(PAST, "", product));

    assertThat(taken.outcome()).isEqualTo("409 PRODUCT_IN_ANOTHER_DROP");
    assertThat(taken.body().get("productId").asLong()).isEqualTo(product);
    assertThat(taken.body().get("dropId").asLong()).isEqualTo(first);
    shop.change(first, "{\"closesAt\":\"2026-01-02T00:00:00Z\"}");
    long version = sql.number("SELECT version FROM drops WHERE id = $1", first);
    long second = shop.drop(PAST, "", product);
    assertThat(shop.operator.get("/products/" + product).body().get("dropId").asLong())
        .isEqualTo(second);
    assertThat(shop.operator.get("/drops/" + first).body().get("products")).isEmpty();
    assertThat(sql.number("SELECT version FROM drops WHERE id = $1", first)).isEqualTo(version + 1);
    assertThat(
            sql.column(
                "SELECT before::text || after::text FROM audit WHERE subject = $1 ORDER BY id DESC",
                "drop:" + first))
        .startsWith("{\"productIds\":[" + product + "]}{\"productIds\":[]}");
  }

  @Test
  void refusesWhatItsStatusDoesNotAllowAndWhatIsNotADrop() {
    long product = sql.product(1000, 10);
    long drop = shop.drop(PAST, "", product);
    List<Answer> refused =
        List.of(
            patch(drop, "{\"opensAt\":\"2027-01-01T00:00:00Z\"}"),
            patch(drop, "{\"productIds\":[]}"),
            patch(drop, "{}"),
            patch(drop, "{\"line\":{}}"),
            patch(drop, "{\"maxPerUser\":0}"),
            patch(999_999_999, "{\"name\":\"x\"}"),
            shop.operator.send(
                HttpMethod.POST, "/admin/drops", DropShop.dropBody(PAST, "", 999_999_999)),
            shop.operator.send(HttpMethod.POST, "/admin/drops", DropShop.dropBody(PAST, "")),
            shop.shopper().send(HttpMethod.POST, "/admin/drops", "{}"));

    assertThat(refused)
        .extracting(Answer::outcome)
        .containsExactly(
            "400 INVALID_REQUEST",
            "400 INVALID_REQUEST",
            "400 INVALID_REQUEST",
            "400 INVALID_REQUEST",
            "400 INVALID_REQUEST",
            "404 DROP_NOT_FOUND",
            "404 PRODUCT_NOT_FOUND",
            "400 INVALID_REQUEST",
            "403 FORBIDDEN");
    assertThat(refused.get(0).body().at("/errors/0/field").asString()).isEqualTo("opensAt");
  }

  private Answer patch(long drop, String body) {
    return shop.operator.send(HttpMethod.PATCH, "/admin/drops/" + drop, body);
  }

  @Test
  void keepsAnOrderThatWasMadeInTimePayableAtItsPrice() {
    long product = sql.product(1000, 10);
    long drop = shop.drop(PAST, "", product);
    Shopper shopper = shop.shopper();
    shopper.send(HttpMethod.PATCH, "/points", "c", "{\"amount\":5000}");
    String order = patiently(shopper, "k", product).body().get("id").asString();
    shop.change(drop, "{\"closesAt\":\"2026-01-02T00:00:00Z\"}");
    shop.changed("/admin/products/" + product, "{\"price\":3000}");
    Answer paid =
        shop.now(
            shopper.sending(HttpMethod.POST, "/payments", "p", "{\"orderId\":\"" + order + "\"}"));

    assertThat(paid.body().get("amount").asLong()).isEqualTo(1000);
  }

  @Test
  void sumsTheLinesOfOneProductBeforeItsLimits() {
    long product = sql.product(1, 5000);
    shop.limit(product, "2");
    Answer limited = shop.now(order(shop.shopper(), "k", product, 1, product, 2));
    Answer many = shop.now(order(shop.shopper(), "k", product, 500, product, 500));

    assertThat(limited.outcome()).isEqualTo("409 PURCHASE_LIMIT_EXCEEDED");
    assertThat(limited.body().get("requested").asLong()).isEqualTo(3);
    assertThat(many.outcome()).isEqualTo("400 INVALID_REQUEST");
    assertThat(many.body().at("/errors/0/field").asString()).isEqualTo("items[1].quantity");
  }

  @Test
  void saysWhatIsLeftOfAnAllowance() {
    long product = sql.product(1000, 100);
    Shopper shopper = shop.shopper();
    shopper.send(HttpMethod.PATCH, "/points", "c", "{\"amount\":5000}");
    String paid = patiently(shopper, "a", product).body().get("id").asString();
    patiently(shopper, "b", product);
    shop.now(shopper.sending(HttpMethod.POST, "/payments", "p", "{\"orderId\":\"" + paid + "\"}"));

    assertThat(shopper.get("/products/" + product + "/allowance").body().toString())
        .isEqualTo("{\"limit\":null,\"bought\":1,\"pending\":1,\"left\":null}");
    shop.limit(product, "3");
    assertThat(shopper.get("/products/" + product + "/allowance").body().toString())
        .isEqualTo("{\"limit\":3,\"bought\":1,\"pending\":1,\"left\":1}");
    shop.limit(product, "1");
    assertThat(shopper.get("/products/" + product + "/allowance").body().toString())
        .isEqualTo("{\"limit\":1,\"bought\":1,\"pending\":1,\"left\":0}");
    Answer refused = shop.now(order(shopper, "c", product, 1));
    assertThat(refused.outcome()).isEqualTo("409 PURCHASE_LIMIT_EXCEEDED");
    assertThat(refused.body().get("bought").asLong()).isEqualTo(1);
    assertThat(refused.body().get("pending").asLong()).isEqualTo(1);
    assertThat(shop.now(order(shopper, "b", product, 1)).isReplayed()).isTrue();
    shop.limit(product, "null");
    assertThat(shop.now(order(shopper, "c", product, 1)).outcome()).isEqualTo("201");
    assertThat(shopper.get("/products/999999999/allowance").outcome())
        .isEqualTo("404 PRODUCT_NOT_FOUND");
  }

  @Test
  void refusesATotalThatIsNotTheExpectedOneAndCountsItToTheRequest() {
    long product = sql.product(1000, 100);
    Shopper shopper = shop.shopper();
    Answer changed = shop.now(expecting(shopper, "a", product, 900));

    assertThat(changed.outcome()).isEqualTo("409 PRICE_CHANGED");
    assertThat(changed.body().get("expectedTotal").asLong()).isEqualTo(900);
    assertThat(changed.body().get("total").asLong()).isEqualTo(1000);
    assertThat(shop.now(expecting(shopper, "a", product, 1000)).outcome()).isEqualTo("201");
    assertThat(shop.now(expecting(shopper, "a", product, 1000)).isReplayed()).isTrue();
    assertThat(shop.now(order(shopper, "a", product, 1)).outcome())
        .isEqualTo("422 IDEMPOTENCY_KEY_REUSED");
  }

  private reactor.core.publisher.Mono<Answer> expecting(
      Shopper shopper, String key, long product, long total) {
    String body = orderBody(product, 1).replaceAll("}$", ",\"expectedTotal\":" + total + "}");
    return shopper.sending(HttpMethod.POST, "/orders", key, body);
  }
}
