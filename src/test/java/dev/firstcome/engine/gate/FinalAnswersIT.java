package dev.firstcome.engine.gate;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.Cable;
import dev.firstcome.dev.Cables;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.redis.Redis;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import reactor.core.publisher.Mono;

/** Who hears "sold out" goes away: after PostgreSQL was away nobody hears it who might have had. */
@ShopTest
@DirtiesContext
@NullUnmarked
class FinalAnswersIT {

  private static final int ALL = 10;

  private static Cable postgres;

  @Autowired Database database;
  @Autowired Redis redis;
  @Autowired Tokens tokens;
  @LocalServerPort int port;

  @DynamicPropertySource
  static void lay(DynamicPropertyRegistry registry) {
    postgres = Cables.toPostgres(registry);
  }

  @AfterAll
  static void takeUp() throws IOException {
    postgres.close();
  }

  private Shopper shopper(String name) {
    String user = name + UUID.randomUUID();
    return new Shopper(user, tokens.user(user), List.of(port));
  }

  @Test
  void aCampaignIsNotSoldOutBecauseNineWereTurnedAwayInAnOutage() {
    long campaign = new Sql(database).campaign(ALL);
    String key = "coupon:{" + campaign + "}:limit";
    givesTheRestToTheNext(
        (shopper, name) -> shopper.sending(HttpMethod.POST, "/coupons/" + campaign + "/issue"),
        () -> redis.call(r -> r.get(key)).block(SOON) != null,
        "409 COUPON_SOLD_OUT");
  }

  @Test
  void aProductIsNotShortBecauseNineWereTurnedAwayInAnOutage() {
    long product = new Sql(database).product(100, ALL);
    String body = "{\"items\":[{\"productId\":%s,\"quantity\":1}]}".formatted(product);
    givesTheRestToTheNext(
        (shopper, name) -> shopper.sending(HttpMethod.POST, "/orders", name, body),
        () -> redis.call(r -> r.hget("stock:{0}:available", "" + product)).block(SOON) != null,
        "409 INSUFFICIENT_STOCK");
  }

  /**
   * @param asks for one of ten
   * @param loaded whether the gate knows how many there are
   * @param no what hears whoever comes too late
   */
  private void givesTheRestToTheNext(
      BiFunction<Shopper, String, Mono<Answer>> asks, Callable<Boolean> loaded, String no) {
    assertThat(asks.apply(shopper("first"), "k").block(SOON).code()).isEqualTo(201);
    await().atMost(SOON).until(loaded);
    postgres.cut();
    List<Answer> turnedAway = Shopper.atOnce(ALL - 1, i -> asks.apply(shopper("away"), "k"));
    assertThat(turnedAway).extracting(Answer::code).containsOnly(503);
    postgres.mend();
    for (int i = 1; i < ALL; i++) {
      Shopper next = shopper("next");
      Answer answer = asks.apply(next, "k").block(SOON);
      while (answer.code() == 503) {
        answer = asks.apply(next, "k").block(SOON);
      }
      assertThat(answer.outcome()).as("the %s. after the first", i).isEqualTo("201");
    }
    assertThat(asks.apply(shopper("late"), "k").block(SOON).outcome()).isEqualTo(no);
  }
}
