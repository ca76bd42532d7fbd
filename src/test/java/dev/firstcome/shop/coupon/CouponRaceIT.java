package dev.firstcome.shop.coupon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.SecondShop;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;

/** Crowds at two instances of the shop at once, and then the rows are counted. */
@ShopTest
class CouponRaceIT {

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;
  private Sql sql;

  @BeforeEach
  void connect() {
    sql = new Sql(database);
  }

  private List<Shopper> crowd(int people) {
    String crowd = UUID.randomUUID().toString().substring(0, 8);
    List<Integer> ports = List.of(port, SecondShop.port());
    return IntStream.range(0, people)
        .mapToObj(
            i -> {
              String user = crowd + "-" + i;
              return new Shopper(
                  user, tokens.user(user), i % 2 == 0 ? ports : List.of(ports.get(1)));
            })
        .toList();
  }

  private static Mono<Answer> wish(Shopper shopper, long coupon) {
    return shopper.sending(HttpMethod.POST, "/coupons/" + coupon + "/issue");
  }

  private long rows(long coupon) {
    return sql.number("SELECT count(*) FROM issued_coupons WHERE coupon_id = $1", coupon);
  }

  private long issued(long coupon) {
    return sql.number("SELECT issued_quantity FROM coupons WHERE id = $1", coupon);
  }

  @Test
  void givesSevenHundredCouponsToThreeThousandPeopleAndEachWinnerTheSameAgain() {
    long coupon = sql.campaign(700);
    List<Shopper> crowd = crowd(3000);
    List<Answer> answers =
        Shopper.atOnce(crowd.stream().map(shopper -> wish(shopper, coupon)).toList());

    assertThat(Shopper.outcomes(answers))
        .isEqualTo(Map.of("201", 700L, "409 COUPON_SOLD_OUT", 2300L));
    assertThat(rows(coupon)).isEqualTo(700);
    assertThat(issued(coupon)).isEqualTo(700);

    Map<String, String> won = new HashMap<>();
    answers.stream()
        .filter(answer -> answer.code() == 201)
        .forEach(
            answer ->
                won.put(
                    answer.body().get("userId").asString(), answer.body().get("id").asString()));
    List<Shopper> winners = crowd.stream().filter(s -> won.containsKey(s.userId())).toList();
    List<Answer> again =
        Shopper.atOnce(winners.stream().map(shopper -> wish(shopper, coupon)).toList());
    assertThat(Shopper.outcomes(again)).isEqualTo(Map.of("200", 700L));
    assertThat(again)
        .allMatch(Answer::isReplayed)
        .allMatch(
            answer ->
                answer
                    .body()
                    .get("id")
                    .asString()
                    .equals(won.get(answer.body().get("userId").asString())));
    assertThat(rows(coupon)).isEqualTo(700);
  }

  @Test
  void givesOneCouponToOnePersonHoweverOftenTheyAskAtOnce() {
    long coupon = sql.campaign(50);
    List<Shopper> crowd = crowd(20);
    List<Mono<Answer>> requests = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      requests.add(wish(crowd.get(i % crowd.size()), coupon));
    }
    List<Answer> answers = Shopper.atOnce(requests);

    assertThat(Shopper.outcomes(answers)).isEqualTo(Map.of("201", 20L, "200", 380L));
    assertThat(answers.stream().map(a -> a.body().get("id").asString()).distinct()).hasSize(20);
    assertThat(rows(coupon)).isEqualTo(20);
  }

  @Test
  void keepsCampaignsApartThatAreAskedForAtOnce() {
    List<Long> coupons = IntStream.range(0, 10).mapToObj(i -> sql.campaign(30)).toList();
    List<Mono<Answer>> requests = new ArrayList<>();
    for (Shopper shopper : crowd(50)) {
      coupons.forEach(coupon -> requests.add(wish(shopper, coupon)));
    }

    assertThat(Shopper.outcomes(Shopper.atOnce(requests)))
        .isEqualTo(Map.of("201", 300L, "409 COUPON_SOLD_OUT", 200L));
    assertThat(coupons).allMatch(coupon -> rows(coupon) == 30 && issued(coupon) == 30);
  }
}
