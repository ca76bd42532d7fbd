package dev.firstcome.shop.payment;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.SecondShop;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.shop.order.Order.Status;
import dev.firstcome.shop.point.Ledger;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;

/** Payments over HTTP, on two instances and one database. */
@ShopTest
class PaymentIT {

  @LocalServerPort int port;
  @Autowired Tokens tokens;
  @Autowired Database database;

  private Shopper shopper;
  private Ledger ledger;

  @BeforeEach
  void aNewUser() {
    shopper = newShopper();
    ledger = new Ledger(database, shopper.userId());
  }

  @Test
  void takesTheTotalAndMarksTheOrderPaid() {
    ledger.open(1_000);
    UUID order = order(300);
    Answer paid = pay("a", order);
    String id = paid.body().path("id").asString();
    assertThat(paid.code()).isEqualTo(201);
    assertThat(paid.headers().getFirst("Location")).isEqualTo("/api/v1/payments/" + id);
    assertThat(paid.body().propertyNames())
        .containsExactly("id", "orderId", "amount", "balance", "paidAt");
    assertThat(paid.body().path("orderId").asString()).isEqualTo(order.toString());
    assertThat(paid.body().path("amount").asLong()).isEqualTo(300);
    assertThat(paid.body().path("balance").asLong()).isEqualTo(700);
    assertThat(ledger.balance()).isEqualTo(700);
    assertThat(texts("SELECT status || ' ' || payment_id FROM orders WHERE id = $1", order))
        .containsExactly("PAID " + id);
    assertThat(shopper.get("/payments/" + id).body()).isEqualTo(paid.body());
  }

  @Test
  void writesDownWhoIsToHearOfIt() {
    ledger.open(1_000);
    UUID payment = UUID.fromString(pay("a", order(300)).body().path("id").asString());
    String sql = "SELECT consumer || ' ' || type FROM outbox WHERE subject = $1 ORDER BY consumer";
    // The ranking may have counted it by now; without a configured platform its event stays.
    assertThat(texts(sql, payment))
        .contains("PLATFORM payment.completed")
        .isSubsetOf("PLATFORM payment.completed", "RANKING payment.completed");
  }

  @Test
  void showsTheUseInTheHistory() {
    ledger.open(1_000);
    UUID order = order(300);
    pay("a", order);
    var entry = shopper.get("/points/history").body().path("items").path(0);
    assertThat(entry.path("type").asString()).isEqualTo("USE");
    assertThat(entry.path("amount").asLong()).isEqualTo(-300);
    assertThat(entry.path("balanceAfter").asLong()).isEqualTo(700);
    assertThat(entry.path("orderId").asString()).isEqualTo(order.toString());
  }

  @Test
  void paysAnOrderOfNothingForAUserWithoutPoints() {
    UUID order = order(0);
    Answer paid = pay("a", order);
    assertThat(paid.code()).isEqualTo(201);
    assertThat(paid.body().path("amount").asLong()).isZero();
    assertThat(paid.body().path("balance").asLong()).isZero();
    assertThat(ledger.size()).isZero();
    assertThat(status(order)).isEqualTo("PAID");
  }

  @Test
  void aRepeatedPaymentHearsTheSame() {
    ledger.open(1_000);
    UUID order = order(300);
    Answer first = pay("a", order);
    Answer again = pay("a", order);
    assertThat(first.isReplayed()).isFalse();
    assertThat(again.code()).isEqualTo(201);
    assertThat(again.isReplayed()).isTrue();
    assertThat(again.headers().getFirst("Location"))
        .isEqualTo(first.headers().getFirst("Location"));
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(ledger.balance()).isEqualTo(700);
  }

  @Test
  void refusesAKeyThatNamesAnotherOrder() {
    ledger.open(1_000);
    pay("a", order(300));
    UUID other = order(300);
    assertThat(pay("a", other).outcome()).isEqualTo("422 IDEMPOTENCY_KEY_REUSED");
    assertThat(status(other)).isEqualTo("PENDING");
    assertThat(ledger.balance()).isEqualTo(700);
  }

  @Test
  void refusesAnOrderThatIsPaidAndTellsByWhat() {
    ledger.open(1_000);
    UUID order = order(300);
    Answer first = pay("a", order);
    Answer second = pay("b", order);
    assertThat(second.outcome()).isEqualTo("409 ORDER_ALREADY_PAID");
    assertThat(second.body().path("paymentId")).isEqualTo(first.body().path("id"));
  }

  @Test
  void refusesAnOrderThatIsOverAndTellsHow() {
    ledger.open(1_000);
    for (Status over : List.of(Status.CANCELLED, Status.EXPIRED, Status.REFUNDED)) {
      Answer answer = pay("a", order(shopper.userId(), 300, over, 900));
      assertThat(answer.outcome()).isEqualTo("409 ORDER_NOT_PAYABLE");
      assertThat(answer.body().path("orderStatus").asString()).isEqualTo(over.name());
    }
    Answer late = pay("a", order(shopper.userId(), 300, Status.PENDING, -1));
    assertThat(late.outcome()).isEqualTo("409 ORDER_NOT_PAYABLE");
    assertThat(late.body().path("orderStatus").asString()).isEqualTo("EXPIRED");
    assertThat(ledger.balance()).isEqualTo(1_000);
  }

  @Test
  void refusesWhatTheBalanceDoesNotCoverAndChangesNothing() {
    ledger.open(299);
    UUID order = order(300);
    Answer answer = pay("a", order);
    assertThat(answer.outcome()).isEqualTo("409 INSUFFICIENT_POINTS");
    assertThat(answer.body().path("balance").asLong()).isEqualTo(299);
    assertThat(answer.body().path("required").asLong()).isEqualTo(300);
    assertThat(status(order)).isEqualTo("PENDING");
    assertThat(ledger.balance()).isEqualTo(299);
    shopper.send(HttpMethod.PATCH, "/points", "charge", "{\"amount\":1}");
    assertThat(pay("a", order).code()).as("the key is free again").isEqualTo(201);
  }

  @Test
  void refusesAUserWhoNeverHadPoints() {
    Answer answer = pay("a", order(300));
    assertThat(answer.outcome()).isEqualTo("409 INSUFFICIENT_POINTS");
    assertThat(answer.body().path("balance").asLong()).isZero();
  }

  @Test
  void refusesSomebodyElsesOrderLikeOneThatDoesNotExist() {
    ledger.open(1_000);
    UUID others = order(newShopper().userId(), 300, Status.PENDING, 900);
    Answer theirs = pay("a", others);
    Answer none = pay("a", UUID.randomUUID());
    assertThat(theirs.outcome()).isEqualTo("404 ORDER_NOT_FOUND").isEqualTo(none.outcome());
    assertThat(theirs.body().propertyNames()).isEqualTo(none.body().propertyNames());
    assertThat(status(others)).isEqualTo("PENDING");
  }

  @Test
  void refusesWhatIsNoOrderId() {
    for (String body : List.of("{\"orderId\":\"1-1-1-1-1\"}", "{\"orderId\":7}", "{}")) {
      Answer answer = shopper.send(HttpMethod.POST, "/payments", "a", body);
      assertThat(answer.outcome()).isEqualTo("400 INVALID_REQUEST");
      assertThat(answer.body().path("errors").path(0).path("field").asString())
          .isEqualTo("orderId");
    }
  }

  @Test
  void refusesAPaymentWithoutAKey() {
    String body = "{\"orderId\":\"" + UUID.randomUUID() + "\"}";
    assertThat(shopper.send(HttpMethod.POST, "/payments", body).outcome())
        .isEqualTo("400 IDEMPOTENCY_KEY_REQUIRED");
  }

  @Test
  void hidesSomebodyElsesPaymentLikeOneThatDoesNotExist() {
    ledger.open(1_000);
    String id = pay("a", order(300)).body().path("id").asString();
    Shopper stranger = newShopper();
    for (String hidden : List.of(id, UUID.randomUUID().toString(), "1-1-1-1-1", "none")) {
      assertThat(stranger.get("/payments/" + hidden).outcome()).isEqualTo("404 PAYMENT_NOT_FOUND");
    }
  }

  @Test
  void paysExactly10Of30OrdersThatRaceForThePointsOf10() {
    ledger.open(1_000);
    List<UUID> orders = orders(30, 100);
    List<Answer> answers = Shopper.atOnce(30, i -> paying("key-" + i, orders.get(i)));
    assertThat(answers.stream().collect(groupingBy(Answer::outcome, counting())))
        .isEqualTo(Map.of("201", 10L, "409 INSUFFICIENT_POINTS", 20L));
    assertThat(ledger.balance()).isZero();
    assertThat(ledger.size()).isEqualTo(11);
    assertThat(orders.stream().filter(order -> status(order).equals("PAID"))).hasSize(10);
  }

  @Test
  void debitsEachOf30OrdersOnceThough10PaymentsEachArriveAtOnce() {
    ledger.open(30_000);
    List<UUID> orders = orders(30, 100);
    List<Answer> answers = Shopper.atOnce(300, i -> paying("key-" + i, orders.get(i % 30)));
    assertThat(answers.stream().collect(groupingBy(Answer::outcome, counting())))
        .isEqualTo(Map.of("201", 30L, "409 ORDER_ALREADY_PAID", 270L));
    assertThat(ledger.balance()).isEqualTo(27_000);
    assertThat(ledger.size()).isEqualTo(31);
    assertThat(orders).allMatch(order -> status(order).equals("PAID"));
  }

  @Test
  void hasOneEffectOf100ConcurrentPaymentsWithOneKey() {
    ledger.open(1_000);
    UUID order = order(300);
    List<Answer> answers = Shopper.atOnce(100, i -> paying("the-key", order));
    assertThat(answers).extracting(Answer::outcome).containsOnly("201");
    assertThat(answers).extracting(Answer::body).containsOnly(answers.get(0).body());
    assertThat(answers.stream().collect(groupingBy(Answer::isReplayed, counting())))
        .isEqualTo(Map.of(false, 1L, true, 99L));
    assertThat(ledger.balance()).isEqualTo(700);
  }

  /** A user without points has no row to lock: here the primary key of the payments decides. */
  @Test
  void letsOneOfTwoOrdersOfNothingWinAKeyThatBothClaimAtOnce() {
    List<UUID> orders = orders(2, 0);
    List<Answer> answers = Shopper.atOnce(40, i -> paying("the-key", orders.get(i / 20)));
    assertThat(answers.stream().collect(groupingBy(Answer::outcome, counting())))
        .isEqualTo(Map.of("201", 20L, "422 IDEMPOTENCY_KEY_REUSED", 20L));
    assertThat(orders).extracting(this::status).containsExactlyInAnyOrder("PAID", "PENDING");
  }

  @Test
  void keepsTheBalanceWhileChargesAndPaymentsMeet() {
    ledger.open(1);
    List<UUID> orders = orders(60, 10);
    List<Answer> answers =
        Shopper.atOnce(
            120,
            i ->
                i % 2 == 0
                    ? paying("key-" + i, orders.get(i / 2))
                    : shopper.sending(HttpMethod.PATCH, "/points", "key-" + i, "{\"amount\":5}"));
    assertThat(answers)
        .extracting(Answer::outcome)
        .isSubsetOf("200", "201", "409 INSUFFICIENT_POINTS");
    long paid = answers.stream().filter(answer -> answer.code() == 201).count();
    assertThat(ledger.balance()).isEqualTo(1 + 60 * 5 - paid * 10);
    assertThat(ledger.size()).isEqualTo(1 + 60 + (int) paid);
  }

  private Shopper newShopper() {
    String userId = "payments-" + UUID.randomUUID();
    return new Shopper(userId, tokens.user(userId), List.of(port, SecondShop.port()));
  }

  private Answer pay(String key, UUID order) {
    return requireNonNull(paying(key, order).block(SOON));
  }

  private Mono<Answer> paying(String key, UUID order) {
    return shopper.sending(HttpMethod.POST, "/payments", key, "{\"orderId\":\"" + order + "\"}");
  }

  private List<UUID> orders(int number, long total) {
    return Stream.generate(() -> order(total)).limit(number).toList();
  }

  private UUID order(long total) {
    return order(shopper.userId(), total, Status.PENDING, 900);
  }

  private UUID order(String userId, long total, Status status, int dueInSeconds) {
    UUID id = UUID.randomUUID();
    String sql =
        """
        INSERT INTO orders (id, user_id, status, subtotal, discount, total, payment_id,
                            fingerprint, created_at, payment_due_at)
        VALUES ($1, $2, $3, $4, 0, $4, CASE WHEN $3 = 'REFUNDED' THEN $1 END,
                $1, now(), now() + $5 * interval '1 second')
        """;
    requireNonNull(
        database.update(sql, id, userId, status.name(), total, dueInSeconds).block(SOON));
    return id;
  }

  private String status(UUID order) {
    return texts("SELECT status FROM orders WHERE id = $1", order).get(0);
  }

  private List<String> texts(String sql, Object argument) {
    return requireNonNull(
        database.list(sql, row -> row.get(0, String.class), argument).block(SOON));
  }
}
