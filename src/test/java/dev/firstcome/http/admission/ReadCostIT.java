package dev.firstcome.http.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.http.dispatch.Client;
import dev.firstcome.http.dispatch.Client.Answer;
import dev.firstcome.infra.postgres.Database;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** Somebody reads 5,000 lines in a loop: some 160 tokens each time, however slow the machine is. */
@ShopTest
@TestPropertySource(
    properties = {
      "firstcome.limits.reads-per-second=10",
      "firstcome.limits.reads-burst=500",
    })
class ReadCostIT {

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;

  private Answer get(String user, String path) {
    return new Client(port).get("/api/v1" + path, "Authorization", "Bearer " + tokens.user(user));
  }

  private void hundredOrders(String user) {
    new Sql(database)
        .run(
            """
            WITH made AS (
              INSERT INTO orders (id, user_id, status, subtotal, discount, total, fingerprint,
                                  created_at, payment_due_at)
              SELECT gen_random_uuid(), $1, 'CANCELLED', 50, 0, 50, gen_random_uuid(), now(), now()
              FROM generate_series(1, 100) RETURNING id)
            INSERT INTO order_items (order_id, product_id, name, unit_price, quantity)
            SELECT id, 1000000000 + n, 'of no product', 1, 1 FROM made, generate_series(1, 50) n
            """,
            user);
  }

  @Test
  void isAskedToComeBackWhileALightReaderNoticesNothing() {
    String heavy = "heavy-" + UUID.randomUUID();
    String light = "light-" + UUID.randomUUID();
    hundredOrders(heavy);
    assertThat(get(heavy, "/orders?limit=100").json().path("items")).hasSize(100);
    Answer last = get(heavy, "/orders?limit=100");
    int read = 2;
    while (last.status() == 200 && read < 20) {
      last = get(heavy, "/orders?limit=100");
      read++;
    }
    System.out.printf("refused at the %s. time of 5,000 lines%n", read);
    assertThat(last.status()).isEqualTo(429);
    assertThat(last.text("code")).isEqualTo("TOO_MANY_REQUESTS");
    assertThat(last.header("RateLimit-Policy")).isEqualTo("\"reads\";q=500;w=50");
    assertThat(last.header("RateLimit")).startsWith("\"reads\";r=0;t=");
    assertThat(last.header("Retry-After")).matches("[1-9][0-9]*");
    for (int i = 0; i < 100; i++) {
      assertThat(get(light, "/points").status()).isEqualTo(200);
    }
  }
}
