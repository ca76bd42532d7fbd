package dev.firstcome.shop.payment;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.SecondShop;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;

/** What becomes of an order, on two instances of the shop, whose sweeps run as they always do. */
@ShopTest
class OrderLifeIT {

  private static final long PRICE = 5000;

  /** Orders of one user in one race: as many requests as the limit of writes lets through. */
  private static final int ROUNDS = 200;

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;
  private Sql sql;
  private Shopper shopper;

  @BeforeEach
  void connect() {
    sql = new Sql(database);
    String user = UUID.randomUUID().toString();
    shopper = new Shopper(user, tokens.user(user), List.of(port, SecondShop.port()));
  }

  private Mono<Answer> ordering(String key, long product, String coupon) {
    String use = coupon.isEmpty() ? "" : ",\"issuedCouponId\":\"" + coupon + "\"";
    String body = "{\"items\":[{\"productId\":%s,\"quantity\":1}]%s}".formatted(product, use);
    return shopper.sending(HttpMethod.POST, "/orders", key, body);
  }

  private Answer order(String key, long product, String coupon) {
    return Shopper.atOnce(1, i -> ordering(key, product, coupon)).get(0);
  }

  private List<String> orders(int number, long product) {
    return Shopper.atOnce(number, i -> ordering("order-" + i, product, "")).stream()
        .map(answer -> answer.body().get("id").asString())
        .toList();
  }

  private Mono<Answer> paying(String order) {
    String body = "{\"orderId\":\"" + order + "\"}";
    return shopper.sending(HttpMethod.POST, "/payments", "pay-" + order, body);
  }

  private Mono<Answer> cancelling(String order) {
    return shopper.sending(HttpMethod.POST, "/orders/" + order + "/cancel");
  }

  private Answer one(Mono<Answer> request) {
    return Shopper.atOnce(1, i -> request).get(0);
  }

  private void charge(long points) {
    for (long rest = points, i = 0; rest > 0; rest -= 1_000_000, i++) {
      String body = "{\"amount\":" + Math.min(rest, 1_000_000) + "}";
      assertThat(shopper.send(HttpMethod.PATCH, "/points", "charge-" + i, body).code())
          .isEqualTo(200);
    }
  }

  private long balance() {
    return shopper.get("/points").body().get("balance").asLong();
  }

  private long stock(long product) {
    return sql.number("SELECT quantity FROM stock WHERE product_id = $1", product);
  }

  private long inStatus(long product, String... statuses) {
    return sql.number(
        """
        SELECT count(*) FROM orders o JOIN order_items i ON i.order_id = o.id
        WHERE i.product_id = $1 AND o.status = ANY($2)
        """,
        product,
        statuses);
  }

  /** Every unit, every point and every payment is where the orders' statuses say. */
  private void reconcile(long product, long supplied, long charged) {
    assertThat(stock(product) + inStatus(product, "PENDING", "PAID")).isEqualTo(supplied);
    assertThat(balance()).isEqualTo(charged - PRICE * inStatus(product, "PAID"));
    assertThat(
            sql.number(
                "SELECT sum(amount)::bigint FROM point_entries WHERE user_id = $1",
                shopper.userId()))
        .isEqualTo(balance());
    assertThat(sql.number("SELECT count(*) FROM payments WHERE user_id = $1", shopper.userId()))
        .isEqualTo(inStatus(product, "PAID", "REFUNDED"));
  }

  @Test
  void givesStockAndCouponBackWhenAnUnpaidOrderIsCancelledAndSellsThemAgain() {
    long product = sql.product(PRICE, 1);
    String coupon =
        one(shopper.sending(HttpMethod.POST, "/coupons/" + sql.campaign(1) + "/issue"))
            .body()
            .get("id")
            .asString();
    String order = order("first", product, coupon).body().get("id").asString();
    Answer cancelled = one(cancelling(order));
    Answer again = one(cancelling(order));

    assertThat(cancelled.body().get("status").asString()).isEqualTo("CANCELLED");
    assertThat(again.code()).isEqualTo(200);
    assertThat(again.body()).isEqualTo(cancelled.body());
    assertThat(one(paying(order)).outcome()).isEqualTo("409 ORDER_NOT_PAYABLE");
    Answer second = one(patiently(ordering("second", product, coupon)));
    assertThat(second.code()).isEqualTo(201);
    assertThat(second.body().get("discount").asLong()).isEqualTo(1000);
    assertThat(stock(product)).isZero();
  }

  @Test
  void givesThePointsBackWhenAPaidOrderIsCancelledAndKeepsTheCouponUsed() {
    long product = sql.product(PRICE, 10);
    charge(20_000);
    String coupon =
        one(shopper.sending(HttpMethod.POST, "/coupons/" + sql.campaign(1) + "/issue"))
            .body()
            .get("id")
            .asString();
    String order = order("first", product, coupon).body().get("id").asString();
    assertThat(one(paying(order)).body().get("balance").asLong()).isEqualTo(16_000);
    Answer refunded = one(cancelling(order));

    assertThat(refunded.body().get("status").asString()).isEqualTo("REFUNDED");
    assertThat(one(cancelling(order)).body()).isEqualTo(refunded.body());
    assertThat(balance()).isEqualTo(20_000);
    assertThat(stock(product)).isEqualTo(10);
    assertThat(shopper.get("/points/history").body().at("/items/0/type").asString())
        .isEqualTo("REFUND");
    assertThat(order("second", product, coupon).outcome()).isEqualTo("409 COUPON_NOT_USABLE");
  }

  @Test
  void knowsNothingOfSomebodyElsesOrder() {
    String order = order("mine", sql.product(PRICE, 1), "").body().get("id").asString();
    String other = UUID.randomUUID().toString();
    Shopper stranger = new Shopper(other, tokens.user(other), List.of(port));

    assertThat(one(stranger.sending(HttpMethod.POST, "/orders/" + order + "/cancel")).outcome())
        .isEqualTo("404 ORDER_NOT_FOUND");
  }

  @Test
  void expiresAnOrderThatIsNotPaidInTimeAndSellsItsStockAgain() {
    long product = sql.product(PRICE, 1);
    charge(10_000);
    String order = order("late", product, "").body().get("id").asString();
    sql.run("UPDATE orders SET payment_due_at = now() WHERE id = $1", UUID.fromString(order));
    Answer late = one(paying(order));

    assertThat(late.outcome()).isEqualTo("409 ORDER_NOT_PAYABLE");
    assertThat(late.body().get("orderStatus").asString()).isEqualTo("EXPIRED");
    assertThat(one(cancelling(order)).outcome()).isEqualTo("409 ORDER_NOT_CANCELLABLE");
    assertThat(one(patiently(ordering("next", product, ""))).code()).isEqualTo(201);
    assertThat(inStatus(product, "EXPIRED")).isEqualTo(1);
    reconcile(product, 1, 10_000);
  }

  @RepeatedTest(7)
  void letsAPaymentOrACancellationWinWhenBothComeAtOnce() {
    int rounds = ROUNDS;
    long product = sql.product(PRICE, rounds);
    charge(PRICE * rounds);
    List<String> orders = orders(rounds, product);
    List<Mono<Answer>> race = new ArrayList<>();
    for (String order : orders) {
      race.add(paying(order));
      race.add(cancelling(order));
      race.add(cancelling(order));
    }
    Collections.shuffle(race, new Random());
    Map<String, Long> outcomes = Shopper.outcomes(Shopper.atOnce(race));

    // Paid first: 201, and the cancellation refunds. Cancelled first: the payment is refused.
    assertThat(outcomes.keySet()).isSubsetOf(Set.of("200", "201", "409 ORDER_NOT_PAYABLE"));
    assertThat(outcomes.get("200")).isEqualTo(2L * rounds);
    assertThat(inStatus(product, "CANCELLED", "REFUNDED")).isEqualTo(rounds);
    assertThat(inStatus(product, "REFUNDED")).isEqualTo(outcomes.getOrDefault("201", 0L));
    reconcile(product, rounds, PRICE * rounds);
  }

  @RepeatedTest(7)
  void letsAPaymentOrTheExpiryWinWhenBothComeAtOnce() {
    int rounds = ROUNDS;
    long product = sql.product(PRICE, rounds);
    charge(PRICE * rounds);
    List<String> orders = orders(rounds, product);
    sql.run(
        """
        UPDATE orders SET payment_due_at = now() + random() * interval '1 second'
        WHERE user_id = $1
        """,
        shopper.userId());
    Random random = new Random();
    List<Mono<Answer>> race =
        orders.stream()
            .map(o -> paying(o).delaySubscription(Duration.ofMillis(random.nextInt(1000))))
            .toList();
    Map<String, Long> outcomes = Shopper.outcomes(Shopper.atOnce(race));

    assertThat(outcomes.keySet()).isSubsetOf(Set.of("201", "409 ORDER_NOT_PAYABLE"));
    awaitNoneOpen(product);
    assertThat(inStatus(product, "PAID")).isEqualTo(outcomes.getOrDefault("201", 0L));
    assertThat(inStatus(product, "PAID", "EXPIRED")).isEqualTo(rounds);
    reconcile(product, rounds, PRICE * rounds);
  }

  private void awaitNoneOpen(long product) {
    await().atMost(SOON).until(() -> inStatus(product, "PENDING") == 0);
  }

  /** Asks again while it is refused: the sweep comes in a second, the gate hears a moment later. */
  private static Mono<Answer> patiently(Mono<Answer> request) {
    return request
        .expand(
            answer ->
                answer.code() == 409
                    ? request.delaySubscription(Duration.ofMillis(100))
                    : Mono.empty())
        .take(100)
        .last();
  }

  @Test
  void refundsManyPaidOrdersAtOnceAndEachOnlyOnce() {
    int number = 50;
    long product = sql.product(PRICE, number);
    charge(PRICE * number);
    List<String> orders = orders(number, product);
    assertThat(Shopper.outcomes(Shopper.atOnce(orders.stream().map(this::paying).toList())))
        .isEqualTo(Map.of("201", (long) number));
    assertThat(balance()).isZero();
    List<Answer> cancelled =
        Shopper.atOnce(
            IntStream.range(0, 10 * number)
                .mapToObj(i -> cancelling(orders.get(i % number)))
                .toList());

    assertThat(cancelled).allMatch(answer -> answer.code() == 200);
    assertThat(cancelled.stream().filter(answer -> !answer.isReplayed())).hasSize(number);
    reconcile(product, number, PRICE * number);
  }
}
