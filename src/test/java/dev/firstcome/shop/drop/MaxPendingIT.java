package dev.firstcome.shop.drop;

import static dev.firstcome.shop.drop.DropShop.order;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.SecondShop;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpMethod;
import org.springframework.test.context.TestPropertySource;

/** Two instances that limit a user's unpaid orders, as they do unless they are told otherwise. */
@ShopTest
@TestPropertySource(properties = "firstcome.order.max-pending=10")
class MaxPendingIT {

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;
  private ConfigurableApplicationContext second;
  private DropShop shop;
  private Sql sql;

  @BeforeEach
  void open() {
    second = SecondShop.start("--firstcome.order.max-pending=10");
    shop = new DropShop(tokens, port, SecondShop.port(second));
    sql = new Sql(database);
  }

  @AfterEach
  void close() {
    second.close();
  }

  @Test
  void leavesAUserTenUnpaidOrdersAndNamesThem() {
    long[] p = {sql.product(1000, 100), sql.product(1000, 100)};
    Shopper shopper = shop.shopper();
    List<Answer> answers = Shopper.atOnce(40, i -> order(shopper, "k" + i, p[i % 2], 1));

    assertThat(Shopper.outcomes(answers))
        .isEqualTo(Map.of("201", 10L, "409 TOO_MANY_PENDING_ORDERS", 30L));
    Set<String> made = new HashSet<>();
    answers.stream()
        .filter(answer -> answer.code() == 201)
        .forEach(answer -> made.add(answer.body().get("id").asString()));
    Answer refused = shop.now(order(shopper, "more", p[0], 1));
    Set<String> named = new HashSet<>();
    refused.body().get("orderIds").forEach(id -> named.add(id.asString()));
    assertThat(named).isEqualTo(made);
    assertThat(refused.body().get("maximum").asLong()).isEqualTo(10);
    shop.now(shopper.sending(HttpMethod.POST, "/orders/" + made.iterator().next() + "/cancel"));
    assertThat(shop.now(order(shopper, "more", p[0], 1)).outcome()).isEqualTo("201");
  }
}
