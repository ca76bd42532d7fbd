package dev.firstcome.shop.point;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.SecondShop;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
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
import tools.jackson.databind.JsonNode;

/** Points over HTTP, on two instances and one database. */
@ShopTest
class PointIT {

  @LocalServerPort int port;
  @Autowired Tokens tokens;
  @Autowired Database database;

  private Shopper shopper;
  private Ledger ledger;

  @BeforeEach
  void aNewUser() {
    String userId = "points-" + UUID.randomUUID();
    shopper = new Shopper(userId, tokens.user(userId), List.of(port, SecondShop.port()));
    ledger = new Ledger(database, userId);
  }

  @Test
  void aUserNeverSeenHasNothing() {
    Answer answer = shopper.get("/points");
    assertThat(answer.code()).isEqualTo(200);
    assertThat(answer.body().path("userId").asString()).isEqualTo(shopper.userId());
    assertThat(balance(answer)).isZero();
    assertThat(shopper.get("/points/history").body().path("items")).isEmpty();
  }

  @Test
  void chargesAddUp() {
    assertThat(balance(charge("a", 1))).isEqualTo(1);
    assertThat(balance(charge("b", 1_000_000))).isEqualTo(1_000_001);
    assertThat(balance(shopper.get("/points"))).isEqualTo(1_000_001);
    assertThat(ledger.balance()).isEqualTo(1_000_001);
  }

  @Test
  void aRepeatedChargeHearsTheBalanceAsItWas() {
    Answer first = charge("a", 500);
    charge("b", 70);
    Answer again = charge("a", 500);
    assertThat(first.isReplayed()).isFalse();
    assertThat(again.code()).isEqualTo(200);
    assertThat(again.isReplayed()).isTrue();
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(ledger.balance()).isEqualTo(570);
  }

  @Test
  void refusesAKeyThatNamesAnotherAmount() {
    charge("a", 500);
    assertThat(charge("a", 501).outcome()).isEqualTo("422 IDEMPOTENCY_KEY_REUSED");
    assertThat(ledger.balance()).isEqualTo(500);
  }

  @Test
  void refusesAmountsOutsideTheLimitsAndTellsThem() {
    for (long amount : List.of(0L, -1L, 1_000_001L, Long.MIN_VALUE, Long.MAX_VALUE)) {
      Answer answer = charge("a", amount);
      assertThat(answer.outcome()).isEqualTo("400 INVALID_CHARGE_AMOUNT");
      assertThat(answer.body().path("minimum").asLong()).isEqualTo(1);
      assertThat(answer.body().path("maximum").asLong()).isEqualTo(1_000_000);
    }
    assertThat(charge("a", 10).code()).as("the key is free again").isEqualTo(200);
  }

  @Test
  void refusesWhatIsNoAmount() {
    for (String body :
        List.of("{\"amount\":\"5\"}", "{\"amount\":5.5}", "{\"amount\":null}", "{}")) {
      Answer answer = shopper.send(HttpMethod.PATCH, "/points", "a", body);
      assertThat(answer.outcome()).isEqualTo("400 INVALID_REQUEST");
      assertThat(answer.body().path("errors").path(0).path("field").asString()).isEqualTo("amount");
    }
  }

  @Test
  void refusesAChargeWithoutAKey() {
    Answer answer = shopper.send(HttpMethod.PATCH, "/points", "{\"amount\":5}");
    assertThat(answer.outcome()).isEqualTo("400 IDEMPOTENCY_KEY_REQUIRED");
  }

  @Test
  void refusesWhatNoBalanceMayHold() {
    ledger.open(999_999_990);
    Answer answer = charge("a", 11);
    assertThat(answer.outcome()).isEqualTo("409 POINT_LIMIT_EXCEEDED");
    assertThat(balance(answer)).isEqualTo(999_999_990);
    assertThat(answer.body().path("maximum").asLong()).isEqualTo(1_000_000_000);
    assertThat(balance(charge("a", 10))).isEqualTo(1_000_000_000);
    assertThat(ledger.balance()).isEqualTo(1_000_000_000);
  }

  @Test
  void tellsTheHistoryNewestFirstInParts() {
    for (int i = 1; i <= 5; i++) {
      charge("key-" + i, i);
    }
    List<Long> amounts = new ArrayList<>();
    String cursor = "";
    for (int parts = 0; parts < 3; parts++) {
      JsonNode part = shopper.get("/points/history?limit=2&cursor=" + cursor).body();
      part.path("items").forEach(item -> amounts.add(item.path("amount").asLong()));
      cursor = part.path("nextCursor").asString("");
    }
    assertThat(cursor).isEmpty();
    assertThat(amounts).containsExactly(5L, 4L, 3L, 2L, 1L);
  }

  @Test
  void tellsOfEachEntryWhatItWas() {
    charge("a", 500);
    JsonNode entry = shopper.get("/points/history").body().path("items").path(0);
    assertThat(entry.propertyNames())
        .containsExactly("id", "type", "amount", "balanceAfter", "orderId", "createdAt");
    assertThat(entry.path("type").asString()).isEqualTo("CHARGE");
    assertThat(entry.path("balanceAfter").asLong()).isEqualTo(500);
    assertThat(entry.path("orderId").isNull()).isTrue();
  }

  @Test
  void refusesACursorThatIsNotOurs() {
    assertThat(shopper.get("/points/history?cursor=abc").outcome())
        .isEqualTo("400 INVALID_REQUEST");
  }

  @Test
  void losesNoneOf200ParallelFirstChargesOfOneUser() {
    List<Answer> answers = Shopper.atOnce(200, i -> charging("key-" + i, i + 1));
    assertThat(answers).extracting(Answer::outcome).containsOnly("200");
    assertThat(answers).noneMatch(Answer::isReplayed);
    assertThat(ledger.size()).isEqualTo(200);
    assertThat(ledger.balance()).isEqualTo(200 * 201 / 2);
  }

  @Test
  void hasOneEffectOf100ConcurrentChargesWithOneKey() {
    List<Answer> answers = Shopper.atOnce(100, i -> charging("the-key", 300));
    assertThat(answers).extracting(Answer::outcome).containsOnly("200");
    assertThat(answers).extracting(Answer::body).containsOnly(answers.get(0).body());
    assertThat(answers.stream().collect(groupingBy(Answer::isReplayed, counting())))
        .isEqualTo(Map.of(false, 1L, true, 99L));
    assertThat(ledger.balance()).isEqualTo(300);
    assertThat(ledger.size()).isEqualTo(1);
  }

  @Test
  void letsOneOfTwoAmountsWinAKeyThatBothClaimAtOnce() {
    List<Answer> answers = Shopper.atOnce(60, i -> charging("the-key", i % 2 == 0 ? 5 : 9));
    assertThat(answers.stream().collect(groupingBy(Answer::outcome, counting())))
        .isEqualTo(Map.of("200", 30L, "422 IDEMPOTENCY_KEY_REUSED", 30L));
    assertThat(ledger.balance()).isIn(5L, 9L);
  }

  private Answer charge(String key, long amount) {
    return shopper.send(HttpMethod.PATCH, "/points", key, "{\"amount\":" + amount + "}");
  }

  private Mono<Answer> charging(String key, long amount) {
    return shopper.sending(HttpMethod.PATCH, "/points", key, "{\"amount\":" + amount + "}");
  }

  private static long balance(Answer answer) {
    return answer.body().path("balance").asLong();
  }
}
