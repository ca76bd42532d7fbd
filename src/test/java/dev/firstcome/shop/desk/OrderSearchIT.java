package dev.firstcome.shop.desk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Administrators find orders. */
@ShopTest
class OrderSearchIT {

  /** A minute apart, the first one the oldest. */
  private static final String WRITE =
      """
      WITH made AS (
        SELECT gen_random_uuid() AS id, n, $1::timestamptz + n * interval '1 minute' AS at
        FROM generate_series(1, $2::int) AS n),
      lines AS (
        INSERT INTO order_items (order_id, product_id, name, unit_price, quantity, drop_id, ordered_at)
        SELECT id, product, 'p', 10, 1, nullif($5::bigint, 0), at
        FROM made, unnest($4::bigint[]) AS product)
      INSERT INTO orders (id, user_id, status, subtotal, discount, total, fingerprint, created_at,
                          payment_due_at)
      SELECT id, $3, $6, 10 * cardinality($4::bigint[]), 0, 10 * cardinality($4::bigint[]), id, at, at
      FROM made
      """;

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @Autowired private UndatedLines undated;
  @LocalServerPort private int port;
  private Sql sql;
  private Shopper admin;
  private String user;
  private long product;
  private long other;
  private long drop;

  @BeforeEach
  void connect() {
    sql = new Sql(database);
    admin = new Shopper("root", tokens.admin("root"), List.of(port));
    user = "found-" + UUID.randomUUID();
    product = sql.product(10, 0);
    other = sql.product(10, 0);
    drop = sql.number("INSERT INTO drops (name, opens_at) VALUES ('d', now()) RETURNING id");
  }

  private void write(String from, int number, String whose, long in, String status, Long... of) {
    sql.run(WRITE, Instant.parse(from), number, whose, of, in, status);
  }

  private List<String> all(String query) {
    List<String> ids = new ArrayList<>();
    String cursor = "";
    do {
      Answer page = admin.get("/admin/orders?limit=7&" + query + cursor);
      assertThat(page.outcome()).isEqualTo("200");
      List<String> times = new ArrayList<>();
      for (JsonNode order : page.body().path("items")) {
        ids.add(order.path("id").asString());
        times.add(order.path("createdAt").asString());
      }
      assertThat(times).isSortedAccordingTo(Comparator.reverseOrder());
      JsonNode next = page.body().path("nextCursor");
      cursor = next.isNull() ? "" : "&cursor=" + next.asString();
    } while (!cursor.isEmpty());
    assertThat(ids).doesNotHaveDuplicates();
    return ids;
  }

  @Test
  void findsByEachFilterAndByTwoTogether() {
    String then = "2019-01-01T00:00:00Z";
    write(then, 10, user, 0, "CANCELLED", product);
    write(then, 8, user, drop, "EXPIRED", product, other);
    write(then, 5, user + "-2", drop, "CANCELLED", other);

    assertThat(all("userId=" + user)).hasSize(18);
    assertThat(all("productId=" + product)).hasSize(18);
    assertThat(all("productId=" + other)).hasSize(13);
    assertThat(all("dropId=" + drop)).hasSize(13);
    assertThat(all("userId=" + user + "&status=EXPIRED")).hasSize(8);
    assertThat(all("userId=" + user + "&productId=" + other)).hasSize(8);
    assertThat(all("productId=" + product + "&status=CANCELLED")).hasSize(10);
    assertThat(all("productId=" + product + "&dropId=" + drop)).hasSize(8);
    assertThat(all("dropId=" + drop + "&status=CANCELLED")).hasSize(5);
    String window = "&from=2019-01-01T00:03:00Z&to=2019-01-01T00:05:00Z";
    assertThat(all("productId=" + product + window)).hasSize(4);
    assertThat(all("userId=" + user + window)).hasSize(4);
    assertThat(all("status=EXPIRED" + window)).hasSize(2);
    assertThat(all("x=y" + window)).hasSize(6);
    assertThat(all("status=PAID" + window)).isEmpty();
  }

  /** A page looks at 4,000 candidates at the most, and then says where to go on. */
  @Test
  void aPageThatFindsFewIsShortAndGoesOn() {
    write("2020-01-01T00:00:00Z", 1, user, 0, "EXPIRED", product);
    write("2021-01-01T00:00:00Z", 9000, user, 0, "CANCELLED", product);
    Answer first = admin.get("/admin/orders?status=EXPIRED&productId=" + product);

    assertThat(first.body().path("items")).isEmpty();
    assertThat(first.body().path("nextCursor").isString()).isTrue();
    assertThat(all("status=EXPIRED&productId=" + product)).hasSize(1);
  }

  @Test
  void findsOrdersOfAnInstanceThatDatesNoLines() {
    write("2020-01-01T00:00:00Z", 3, user, 0, "CANCELLED", product);
    sql.run("UPDATE order_items SET ordered_at = NULL WHERE product_id = $1", product);
    assertThat(all("productId=" + product)).isEmpty();
    while (Boolean.TRUE.equals(undated.date().block())) {
      // There may be others'.
    }
    assertThat(all("productId=" + product)).hasSize(3);
  }

  @Test
  void showsAnOrderWithItsUserAndRefusesWhatIsNoFilter() {
    write("2020-01-01T00:00:00Z", 1, user, 0, "CANCELLED", product);
    String id = all("userId=" + user).get(0);

    assertThat(admin.get("/admin/orders/" + id).body().path("userId").asString()).isEqualTo(user);
    assertThat(admin.get("/admin/orders/" + UUID.randomUUID()).outcome())
        .isEqualTo("404 ORDER_NOT_FOUND");
    for (String wrong : List.of("status=paid", "productId=x", "from=today", "dropId=0")) {
      Answer refused = admin.get("/admin/orders?" + wrong);
      assertThat(refused.outcome()).isEqualTo("400 INVALID_REQUEST");
      assertThat(refused.body().at("/errors/0/field").asString())
          .isEqualTo(wrong.substring(0, wrong.indexOf('=')));
    }
  }
}
