package dev.firstcome.shop.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.engine.outbox.Outbox;
import dev.firstcome.harness.Patience;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.shop.ranking.ShopWithItsOwnTime.HandClock;
import dev.firstcome.shop.ranking.ShopWithItsOwnTime.Till;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.reactive.server.WebTestClient;

/** The path as a client sees it, in the shop that all tests share. */
@ShopTest
@NullUnmarked
class PopularIT {

  /** More than any other test sells. */
  private static final long UNITS = 7_000_000;

  @Autowired WebTestClient client;
  @Autowired Database database;
  @Autowired Outbox outbox;
  @Autowired PeriodicJobs loops;

  private WebTestClient.BodyContentSpec popular() {
    return client
        .get()
        .uri("/api/v1/products/popular")
        .exchange()
        .expectStatus()
        .isOk()
        .expectBody();
  }

  @Test
  void isOpenToEverybodyAndNotTakenForAProductsId() {
    popular()
        .jsonPath("$.items")
        .isArray()
        .jsonPath("$.items.length()")
        .value(Integer.class, n -> assertThat(n).isLessThan(6))
        .jsonPath("$.from")
        .value(String.class, from -> assertThat(Instant.parse(from)).isNotNull())
        .jsonPath("$.to")
        .value(String.class, to -> assertThat(Instant.parse(to)).isNotNull());
  }

  @Test
  void showsAPaymentAndAChangedPriceWithinTwoSeconds() {
    long product =
        database
            .list(
                "INSERT INTO products (name, price) VALUES ('best', 10) RETURNING id",
                row -> row.get(0, Long.class))
            .block()
            .get(0);
    Till till = new Till(database, outbox, new HandClock(), loops);
    popular();
    till.pay(Instant.now(), Map.of(product, UNITS));
    Awaitility.await()
        .atMost(Patience.of(Duration.ofMillis(2500)))
        .untilAsserted(
            () ->
                popular()
                    .jsonPath("$.items[0].rank")
                    .isEqualTo(1)
                    .jsonPath("$.items[0].productId")
                    .isEqualTo((int) product)
                    .jsonPath("$.items[0].name")
                    .isEqualTo("best")
                    .jsonPath("$.items[0].price")
                    .isEqualTo(10)
                    .jsonPath("$.items[0].soldQuantity")
                    .isEqualTo((int) UNITS));
    till.sql("UPDATE products SET price = 11 WHERE id = $1", product);
    Awaitility.await()
        .atMost(Patience.of(Duration.ofSeconds(1)))
        .untilAsserted(() -> popular().jsonPath("$.items[0].price").isEqualTo(11));
  }
}
