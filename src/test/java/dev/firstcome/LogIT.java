package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.JsonLog;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A whole life as a customer leaves nothing in the log that is nobody's business. */
@ShopTest
class LogIT {

  /** Numbers that appear by chance nowhere. */
  private static final long CHARGED = 987_653;

  private static final long PRICE = 123_457;

  @LocalServerPort int port;
  @Autowired Tokens tokens;
  @Autowired Database database;

  @Test
  void writesNoTokenNoUserAndNoBalance() {
    String user = "log-" + UUID.randomUUID();
    String token = tokens.user(user);
    String forged = token.substring(0, token.length() - 9) + "AAAAAAAAA";
    try (JsonLog log = new JsonLog()) {
      live(new Shopper(user, token, List.of(port)));
      Shopper impostor = new Shopper(user, forged, List.of(port));
      assertThat(impostor.get("/points").code()).isEqualTo(401);
      List<String> lines = log.lines().stream().map(LogIT::text).toList();
      // At least the forged token was worth a line, or nothing was listened to.
      assertThat(lines).anyMatch(line -> line.contains("token refused"));
      for (String secret :
          List.of(user, token, forged, "" + CHARGED, "" + PRICE, "" + (CHARGED - PRICE))) {
        assertThat(lines).noneMatch(line -> line.contains(secret));
      }
    }
  }

  private void live(Shopper shopper) {
    Sql sql = new Sql(database);
    long product = sql.product(PRICE, 3);
    String line = "{\"productId\":" + product + ",\"quantity\":1}";
    expect(200, shopper.send(HttpMethod.PATCH, "/points", "c", "{\"amount\":" + CHARGED + "}"));
    expect(201, Shopper.atOnce(1, i -> shopper.sending(HttpMethod.POST, issue(sql))).get(0));
    expect(201, shopper.send(HttpMethod.POST, "/cart/items", line));
    Answer order = shopper.send(HttpMethod.POST, "/orders", "o", "{\"items\":[" + line + "]}");
    expect(201, order);
    String pay = "{\"orderId\":\"" + order.body().path("id").asString() + "\"}";
    expect(201, shopper.send(HttpMethod.POST, "/payments", "p", pay));
    expect(409, shopper.send(HttpMethod.POST, "/payments", "q", pay));
    expect(422, shopper.send(HttpMethod.PATCH, "/points", "c", "{\"amount\":5}"));
    expect(400, shopper.send(HttpMethod.PATCH, "/points", "d", "{\"amount\":\"" + CHARGED + "\"}"));
    expect(200, shopper.get("/points"));
    expect(200, shopper.get("/products/popular"));
  }

  private static String issue(Sql sql) {
    return "/coupons/" + sql.campaign(5) + "/issue";
  }

  private static void expect(int status, Answer answer) {
    assertThat(answer.code()).as(answer.outcome()).isEqualTo(status);
  }

  /** Without what counts by itself and may look like anything. */
  private static String text(JsonNode line) {
    return ((ObjectNode) line).without(List.of("@timestamp", "process")).toString();
  }
}
