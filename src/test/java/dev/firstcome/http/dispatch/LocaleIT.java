package dev.firstcome.http.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.harness.Patience;
import dev.firstcome.infra.postgres.Database;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;

/** A machine whose digits, letters, calendar or hours are others: the shop is the same. */
@ShopTest
class LocaleIT {

  private static final Locale LOCALE = Locale.getDefault();
  private static final TimeZone ZONE = TimeZone.getDefault();

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;

  @AfterEach
  void comeHome() {
    Locale.setDefault(LOCALE);
    TimeZone.setDefault(ZONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG-u-nu-arab", "tr-TR", "th-TH-u-ca-buddhist-nu-thai"})
  void sellsAsEverywhere(String place) {
    long product = new Sql(database).product(100, 10);
    String user = UUID.randomUUID().toString();
    Shopper shopper = new Shopper(user, tokens.user(user), List.of(port));
    Locale.setDefault(Locale.forLanguageTag(place));
    TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));

    plain(shopper.send(HttpMethod.PATCH, "/points", "charge", "{\"amount\": 1000}"), 200, "user");
    String items = "{\"items\": [{\"productId\": " + product + ", \"quantity\": 2}]}";
    Answer order = shopper.send(HttpMethod.POST, "/orders", "order", items);
    plain(order, 201, "user");
    String id = order.body().path("id").asString();
    String pay = "{\"orderId\": \"" + id + "\"}";
    plain(shopper.send(HttpMethod.POST, "/payments", "pay", pay), 201, "user");
    plain(shopper.get("/orders?limit=1"), 200, "reads");
    plain(shopper.get("/points/history"), 200, "reads");
    plain(shopper.send(HttpMethod.POST, "/orders/" + id + "/cancel", "{}"), 200, "user");
    plain(shopper.send(HttpMethod.POST, "/payments", "again", pay), 409, "user");
    await()
        .atMost(Patience.of(Duration.ofSeconds(60)))
        .untilAsserted(() -> plain(shopper.get("/products/popular"), 200));
  }

  private static void plain(Answer answer, int status, String limit) {
    plain(answer, status);
    // A digit that Latin-1 lacks has become a question mark by now.
    assertThat(answer.headers().getFirst("RateLimit-Policy"))
        .matches("\"" + limit + "\";q=\\d+;w=\\d+");
    assertThat(answer.headers().getFirst("RateLimit")).matches("\"" + limit + "\";r=\\d+;t=\\d+");
  }

  /** Digits are ours in whatever a machine reads. */
  private static void plain(Answer answer, int status) {
    assertThat(answer.code()).as(answer.body().toString()).isEqualTo(status);
    assertThat(answer.headers().toString()).matches("\\p{ASCII}*");
    assertThat(answer.body().toString()).doesNotContainPattern("[\\p{Nd}&&[^0-9]]");
  }
}
