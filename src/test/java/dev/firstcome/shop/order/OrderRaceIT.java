package dev.firstcome.shop.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.SecondShop;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;

/** Crowds at two instances of the shop at once, and then every unit is accounted for. */
@ShopTest
class OrderRaceIT {

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;
  private Sql sql;

  @BeforeEach
  void connect() {
    sql = new Sql(database);
  }

  private Shopper shopper() {
    String user = UUID.randomUUID().toString();
    return new Shopper(user, tokens.user(user), List.of(port, SecondShop.port()));
  }

  private static Mono<Answer> order(Shopper shopper, String key, long... productsAndUnits) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < productsAndUnits.length; i += 2) {
      lines.add(line(productsAndUnits[i], productsAndUnits[i + 1]));
    }
    return order(shopper, key, "{\"items\":[" + String.join(",", lines) + "]}");
  }

  private static Mono<Answer> order(Shopper shopper, String key, String body) {
    return shopper.sending(HttpMethod.POST, "/orders", key, body);
  }

  private static String line(long product, long units) {
    return "{\"productId\":%s,\"quantity\":%s}".formatted(product, units);
  }

  private long stock(long product) {
    return sql.number("SELECT quantity FROM stock WHERE product_id = $1", product);
  }

  private long sold(long product) {
    return sql.number(
        "SELECT coalesce(sum(quantity), 0)::bigint FROM order_items WHERE product_id = $1",
        product);
  }

  @Test
  void sellsAHotProductExactlyOnceThoughOrdersNameTheirProductsInOppositeOrders() {
    long hot = sql.product(1000, 300);
    long left = sql.product(1000, 5000);
    long right = sql.product(1000, 5000);
    List<Mono<Answer>> requests = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      requests.add(
          i % 2 == 0
              ? order(shopper(), "k", left, 1, hot, 1, right, 2)
              : order(shopper(), "k", right, 2, hot, 1, left, 1));
    }

    assertThat(Shopper.outcomes(Shopper.atOnce(requests)))
        .isEqualTo(Map.of("201", 300L, "409 INSUFFICIENT_STOCK", 600L));
    assertThat(stock(hot)).isZero();
    assertThat(sold(hot)).isEqualTo(300);
    assertThat(stock(left) + sold(left)).isEqualTo(5000);
    assertThat(stock(right) + sold(right)).isEqualTo(5000);
    assertThat(sold(left)).isEqualTo(300);
    assertThat(sold(right)).isEqualTo(600);
  }

  @Test
  void usesACouponOnceInFortyOrdersAtOnce() {
    long product = sql.product(5000, 1000);
    Shopper shopper = shopper();
    String coupon =
        shopper
            .sending(HttpMethod.POST, "/coupons/" + sql.campaign(10) + "/issue")
            .map(answer -> answer.body().get("id").asString())
            .block();
    String body = "{\"items\":[%s],\"issuedCouponId\":\"%s\"}".formatted(line(product, 1), coupon);
    List<Answer> answers = Shopper.atOnce(40, i -> order(shopper, "k" + i, body));

    assertThat(Shopper.outcomes(answers))
        .isEqualTo(Map.of("201", 1L, "409 COUPON_NOT_USABLE", 39L));
    assertThat(stock(product)).isEqualTo(999);
    assertThat(
            sql.number(
                "SELECT count(*) FROM orders WHERE issued_coupon_id = $1", UUID.fromString(coupon)))
        .isEqualTo(1);
  }

  @Test
  void makesOneOrderOfAHundredRequestsUnderOneKeyAndAnswersThemAllTheSame() {
    long product = sql.product(1000, 10);
    Shopper shopper = shopper();
    List<Answer> answers = Shopper.atOnce(100, i -> order(shopper, "one", product, 3));

    assertThat(answers).allMatch(answer -> answer.code() == 201);
    assertThat(answers.stream().filter(answer -> !answer.isReplayed())).hasSize(1);
    assertThat(answers.stream().map(Answer::body).distinct()).hasSize(1);
    assertThat(stock(product)).isEqualTo(7);
  }

  @Test
  void answersARepeatedOrderThoughNothingIsLeftAndRefusesAnotherUnderItsKey() {
    long product = sql.product(1000, 2);
    Shopper shopper = shopper();
    Answer first = Shopper.atOnce(1, i -> order(shopper, "k", product, 2)).get(0);
    List<Answer> after =
        List.of(
            Shopper.atOnce(1, i -> order(shopper, "k", product, 2)).get(0),
            Shopper.atOnce(1, i -> order(shopper, "k", product, 1)).get(0),
            Shopper.atOnce(1, i -> order(shopper, "other", product, 1)).get(0));

    assertThat(after)
        .extracting(Answer::outcome)
        .containsExactly("201", "422 IDEMPOTENCY_KEY_REUSED", "409 INSUFFICIENT_STOCK");
    assertThat(after.get(0).body()).isEqualTo(first.body());
    assertThat(after.get(0).isReplayed()).isTrue();
  }

  @Test
  void sellsAgainWhatARefusedOrderHadHeld() {
    long product = sql.product(1000, 5);
    Shopper shopper = shopper();
    String unusable =
        "{\"items\":[%s],\"issuedCouponId\":\"%s\"}".formatted(line(product, 5), UUID.randomUUID());
    // The first loads the gate, the second is held by it and then refused for its coupon.
    for (String key : List.of("a", "b", "c", "d")) {
      assertThat(Shopper.atOnce(1, i -> patiently(order(shopper, key, unusable))).get(0).outcome())
          .isEqualTo("404 ISSUED_COUPON_NOT_FOUND");
    }

    assertThat(
            Shopper.outcomes(Shopper.atOnce(5, i -> patiently(order(shopper(), "k", product, 1)))))
        .isEqualTo(Map.of("201", 5L));
    assertThat(stock(product)).isZero();
  }

  @Test
  void sellsWhatIsSuppliedAfterItWasSoldOut() {
    long product = sql.product(1000, 1);
    Shopper shopper = shopper();
    assertThat(Shopper.outcomes(Shopper.atOnce(20, i -> order(shopper, "k" + i, product, 1))))
        .isEqualTo(Map.of("201", 1L, "409 INSUFFICIENT_STOCK", 19L));
    String admin = UUID.randomUUID().toString();
    Answer supplied =
        new Shopper(admin, tokens.admin(admin), List.of(port))
            .send(
                HttpMethod.POST,
                "/admin/stock-adjustments",
                "supply",
                "{\"items\":[{\"productId\":%s,\"delta\":3}],\"reason\":\"supply\"}"
                    .formatted(product));

    assertThat(supplied.body().at("/items/0/stock").asLong()).isEqualTo(3);
    Shopper next = shopper();
    assertThat(
            Shopper.outcomes(Shopper.atOnce(3, i -> patiently(order(next, "k" + i, product, 1)))))
        .isEqualTo(Map.of("201", 3L));
  }

  /**
   * Asks again while it is refused for want of stock: the gate is told a moment after an answer.
   */
  private static Mono<Answer> patiently(Mono<Answer> order) {
    return order
        .expand(
            answer ->
                answer.code() == 409
                    ? order.delaySubscription(Duration.ofMillis(50))
                    : Mono.empty())
        .take(40)
        .last();
  }
}
