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
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Administrators refund and cancel, on two instances of the shop. */
@ShopTest
class RefundIT {

  private static final long PRICE = 2390;

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;
  private Sql sql;
  private Shopper shopper;
  private Shopper admin;

  @BeforeEach
  void connect() {
    sql = new Sql(database);
    String user = UUID.randomUUID().toString();
    String root = "root-" + user.substring(0, 8);
    List<Integer> both = List.of(port, SecondShop.port());
    shopper = new Shopper(user, tokens.user(user), both);
    admin = new Shopper(root, tokens.admin(root), both);
    assertThat(send("/points", "charge", "{\"amount\":1000000}", HttpMethod.PATCH).code())
        .isEqualTo(200);
  }

  private Answer send(String path, String key, String body, HttpMethod method) {
    return shopper.send(method, path, key, body);
  }

  private String order(long product, long units, String more) {
    String body =
        "{\"items\":[{\"productId\":%s,\"quantity\":%s}]%s}".formatted(product, units, more);
    Answer made = send("/orders", UUID.randomUUID().toString(), body, HttpMethod.POST);
    assertThat(made.outcome()).isEqualTo("201");
    return made.body().path("id").asString();
  }

  private String paid(long product, long units, String more) {
    String order = order(product, units, more);
    String body = "{\"orderId\":\"" + order + "\"}";
    assertThat(send("/payments", "pay-" + order, body, HttpMethod.POST).outcome()).isEqualTo("201");
    return order;
  }

  private String coupon() {
    long campaign =
        sql.number(
            """
            INSERT INTO coupons (name, discount_type, discount_value, total_quantity,
                                 issuable_from, issuable_until, valid_until)
            VALUES ('quarter', 'PERCENT', 25, 1, now() - interval '1 hour',
                    now() + interval '1 hour', now() + interval '2 hours')
            RETURNING id
            """);
    String id =
        shopper
            .sending(HttpMethod.POST, "/coupons/" + campaign + "/issue")
            .blockOptional(SOON)
            .orElseThrow()
            .body()
            .path("id")
            .asString();
    return ",\"issuedCouponId\":\"" + id + "\"";
  }

  private Mono<Answer> refunding(String order, String key, String body) {
    return admin.sending(HttpMethod.POST, "/admin/orders/" + order + "/refunds", key, body);
  }

  private Answer refund(String order, String key, String body) {
    return refunding(order, key, body).blockOptional(SOON).orElseThrow();
  }

  private static String units(long product, long units, boolean restock) {
    return "{\"items\":[{\"productId\":%s,\"quantity\":%s}],\"restock\":%s,\"reason\":\"broken\"}"
        .formatted(product, units, restock);
  }

  private long balance() {
    return shopper.get("/points").body().path("balance").asLong();
  }

  private long stock(long product) {
    return sql.number("SELECT quantity FROM stock WHERE product_id = $1", product);
  }

  private long supplied(long product) {
    return sql.number(
        "SELECT sum(delta)::bigint FROM stock_adjustments WHERE product_id = $1", product);
  }

  private long counted(long product) {
    return sql.number(
        "SELECT coalesce(sum(units), 0)::bigint FROM sales WHERE product_id = $1", product);
  }

  @Test
  void partsOfAnOrderAddUpToWhatWasPaidAndOnlyWhatIsRestockedIsSoldAgain() {
    long product = sql.product(PRICE, 10);
    String order = paid(product, 10, coupon());
    assertThat(balance()).isEqualTo(1_000_000 - 17_925);
    await().atMost(SOON).until(() -> counted(product) == 10);

    assertThat(refund(order, "one", units(product, 1, true)).body().path("amount").asLong())
        .isEqualTo(1792);
    Answer two = refund(order, "two", units(product, 2, false));
    assertThat(two.body().path("amount").asLong()).isEqualTo(3585);
    assertThat(shopper.get("/orders/" + order).body().path("status").asString()).isEqualTo("PAID");
    assertThat(shopper.get("/products/" + product + "/allowance").body().path("bought").asLong())
        .isEqualTo(7);
    Answer rest = refund(order, "rest", "{\"restock\":true,\"reason\":\"goodwill\"}");
    assertThat(rest.outcome()).isEqualTo("201");
    assertThat(rest.body().at("/items/0/quantity").asLong()).isEqualTo(7);

    JsonNode whole = shopper.get("/orders/" + order).body();
    assertThat(whole.path("status").asString()).isEqualTo("REFUNDED");
    assertThat(whole.path("refunded").asLong()).isEqualTo(17_925);
    assertThat(whole.at("/items/0/discount").asLong()).isEqualTo(5975);
    assertThat(
            StreamSupport.stream(whole.path("refunds").spliterator(), false)
                .mapToLong(refund -> refund.path("amount").asLong())
                .toArray())
        .containsExactly(1792, 3585, 12_548);
    assertThat(balance()).isEqualTo(1_000_000);
    assertThat(stock(product)).isEqualTo(8);
    assertThat(supplied(product)).isEqualTo(8);
    await().atMost(SOON).until(() -> counted(product) == 0);
  }

  @Test
  void aRepeatedKeyRefundsOnceAndAnotherRequestUnderItIsRefused() {
    long product = sql.product(PRICE, 5);
    String order = paid(product, 5, "");
    List<Answer> same = Shopper.atOnce(20, i -> refunding(order, "same", units(product, 2, true)));

    assertThat(Shopper.outcomes(same)).isEqualTo(Map.of("201", 20L));
    assertThat(same.stream().filter(Answer::isReplayed)).hasSize(19);
    assertThat(same.stream().map(Answer::body).distinct()).hasSize(1);
    assertThat(refund(order, "same", units(product, 1, true)).outcome())
        .isEqualTo("422 IDEMPOTENCY_KEY_REUSED");
    assertThat(stock(product)).isEqualTo(2);
    Answer tooMany = refund(order, "more", units(product, 4, true));
    assertThat(tooMany.outcome()).isEqualTo("409 REFUND_EXCEEDS_ORDER");
    assertThat(tooMany.body().path("items").toString())
        .isEqualTo("[{\"productId\":%s,\"requested\":4,\"refundable\":3}]".formatted(product));
    assertThat(sql.number("SELECT count(*) FROM audit WHERE subject = $1", "order:" + order))
        .isEqualTo(1);
  }

  @Test
  void anAdministratorCancelsForTheUser() {
    long product = sql.product(PRICE, 5);
    String paid = paid(product, 2, "");
    String open = order(product, 1, "");
    String late = order(product, 1, "");
    sql.run("UPDATE orders SET payment_due_at = now() WHERE id = $1", UUID.fromString(late));

    assertThat(cancelled(paid).body().path("status").asString()).isEqualTo("REFUNDED");
    Answer first = cancelled(open);
    assertThat(first.body().path("status").asString()).isEqualTo("CANCELLED");
    assertThat(first.body().path("userId").asString()).isEqualTo(shopper.userId());
    assertThat(cancelled(open).body()).isEqualTo(first.body());
    assertThat(cancelled(late).outcome()).isEqualTo("409 ORDER_NOT_CANCELLABLE");
    // What it was told is decided.
    assertThat(shopper.get("/orders/" + late).body().path("status").asString())
        .isEqualTo("EXPIRED");
    assertThat(cancelled(UUID.randomUUID().toString()).outcome()).isEqualTo("404 ORDER_NOT_FOUND");
    assertThat(stock(product)).isEqualTo(5);
    assertThat(balance()).isEqualTo(1_000_000);
    assertThat(sql.column("SELECT actor FROM audit WHERE subject = $1", "order:" + open))
        .containsExactly(admin.userId());
  }

  private Answer cancelled(String order) {
    return admin
        .sending(HttpMethod.POST, "/admin/orders/" + order + "/cancel")
        .blockOptional(SOON)
        .orElseThrow();
  }

  /** First one, then the other: the part first, and the rest; or all of it, and nothing more. */
  @Test
  void aCancellationAndAPartialRefundOfTheSameOrderHaveOneOutcome() {
    int rounds = 64;
    long product = sql.product(PRICE, 5L * rounds);
    List<String> orders = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      orders.add(paid(product, 5, ""));
    }
    assertThat(balance()).isEqualTo(1_000_000 - PRICE * 5 * rounds);
    List<Mono<Answer>> race = new ArrayList<>();
    for (String order : orders) {
      race.add(shopper.sending(HttpMethod.POST, "/orders/" + order + "/cancel"));
      race.add(refunding(order, "part-" + order, units(product, 3, false)));
    }
    Collections.shuffle(race, new Random());
    List<Mono<Answer>> patient = race.stream().map(RefundIT::patiently).toList();
    Map<String, Long> outcomes = Shopper.outcomes(Shopper.atOnce(patient));

    assertThat(outcomes.keySet()).isSubsetOf(Set.of("200", "201", "409 ORDER_NOT_REFUNDABLE"));
    assertThat(outcomes.get("200")).isEqualTo(rounds);
    long parts = outcomes.getOrDefault("201", 0L);
    System.out.printf("%s of %s partial refunds came first%n", parts, rounds);
    assertThat(balance()).isEqualTo(1_000_000);
    assertThat(stock(product)).isEqualTo(5L * rounds - 3 * parts);
    assertThat(supplied(product)).isEqualTo(stock(product));
    for (String order : orders) {
      JsonNode body = shopper.get("/orders/" + order).body();
      assertThat(body.path("status").asString()).isEqualTo("REFUNDED");
      assertThat(body.path("refunded").asLong()).isEqualTo(5 * PRICE);
      assertThat(body.path("refunds").size()).isBetween(1, 2);
    }
    assertThat(shopper.get("/products/" + product + "/allowance").body().path("bought").asLong())
        .isZero();
    assertThat(sql.number("SELECT count(*) FROM refunds WHERE user_id = $1", shopper.userId()))
        .isEqualTo(rounds + parts);
    await().atMost(SOON).until(() -> counted(product) == 0);
  }

  /** All of them wait for one balance: whoever waits too long hears 503 and asks again. */
  private static Mono<Answer> patiently(Mono<Answer> request) {
    return request
        .expand(
            answer ->
                answer.code() == 503
                    ? request.delaySubscription(Duration.ofMillis(100))
                    : Mono.empty())
        .take(200)
        .last();
  }

  /** An instance of the last release would give all of it back once more. */
  @Test
  void anInstanceThatKnowsNoPartsCannotRefundAnOrderOfWhichAPartWasRefunded() {
    long product = sql.product(0, 5);
    String order = paid(product, 5, "");
    assertThat(refund(order, "part", units(product, 1, true)).outcome()).isEqualTo("201");

    assertThat(
            database
                .update(
                    "UPDATE orders SET status = 'REFUNDED' WHERE id = $1", UUID.fromString(order))
                .map(changed -> "changed")
                .onErrorResume(no -> Mono.just(String.valueOf(no.getMessage())))
                .block(SOON))
        .contains("orders_refunded_once");
    // Nor can it end an event that it has no data for.
    String event =
        sql.column(
                """
                SELECT o.id FROM outbox o JOIN refunds r ON r.id = o.subject
                WHERE r.order_id = $1 AND o.consumer = 'PLATFORM'
                """,
                UUID.fromString(order))
            .get(0);
    sql.run(
        "UPDATE outbox SET status = 'DEAD', last_error = 'there is nothing to send' WHERE id = $1",
        UUID.fromString(event));
    assertThat(sql.column("SELECT status FROM outbox WHERE id = $1", UUID.fromString(event)))
        .containsExactly("PENDING");
  }
}
