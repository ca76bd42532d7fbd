package dev.firstcome.shop.desk;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.SecondShop;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Stranger;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.shop.drop.DropShop;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

/** What became of a drop that two instances sold. */
@ShopTest
class DropReportIT {

  private static final Instant PAST = Instant.parse("2026-01-01T00:00:00Z");

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @Autowired private DropReports reports;
  @LocalServerPort private int port;
  private Sql sql;
  private DropShop shop;

  @BeforeEach
  void connect() {
    sql = new Sql(database);
    shop = new DropShop(tokens, port);
  }

  private JsonNode report(long drop) {
    Answer answer = shop.operator.get("/admin/drops/" + drop + "/report");
    assertThat(answer.outcome()).isEqualTo("200");
    return answer.body();
  }

  /**
   * An administrator may be shown what another one saw a moment ago, and each instance has seen
   * something else.
   *
   * @return the report that is as expected
   */
  private JsonNode soon(long drop, Consumer<JsonNode> isAsExpected) {
    AtomicReference<JsonNode> last = new AtomicReference<>();
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              last.set(report(drop));
              isAsExpected.accept(last.get());
            });
    return Objects.requireNonNull(last.get());
  }

  private static String units(JsonNode report) {
    return report.path("units").toString();
  }

  private static String units(
      long offered, long sold, long pending, long returned, long left, long writtenOff) {
    return "{\"offered\":%s,\"sold\":%s,\"pending\":%s,\"returned\":%s,\"left\":%s,\"writtenOff\":%s}"
        .formatted(offered, sold, pending, returned, left, writtenOff);
  }

  private String ordered(Shopper shopper, long... productsAndUnits) {
    Answer made = shop.now(DropShop.order(shopper, "k" + System.nanoTime(), productsAndUnits));
    assertThat(made.outcome()).isEqualTo("201");
    return made.body().path("id").asString();
  }

  private String paid(Shopper shopper, long... productsAndUnits) {
    String charge = "{\"amount\":100000}";
    shopper.send(HttpMethod.PATCH, "/points", "charge", charge);
    String order = ordered(shopper, productsAndUnits);
    String body = "{\"orderId\":\"" + order + "\"}";
    assertThat(shopper.send(HttpMethod.POST, "/payments", "pay-" + order, body).outcome())
        .isEqualTo("201");
    return order;
  }

  private void refund(String order, String items, boolean restock) {
    String body = "{%s\"restock\":%s,\"reason\":\"broken\"}".formatted(items, restock);
    String path = "/admin/orders/" + order + "/refunds";
    Answer refunded = shop.operator.send(HttpMethod.POST, path, "r" + System.nanoTime(), body);
    assertThat(refunded.outcome()).isEqualTo("201");
  }

  private static String item(long product, long units) {
    return "\"items\":[{\"productId\":%s,\"quantity\":%s}],".formatted(product, units);
  }

  private void expire(String order) {
    sql.run("UPDATE orders SET payment_due_at = now() WHERE id = $1::uuid", order);
    String status = "SELECT status FROM orders WHERE id = $1::uuid";
    await().atMost(SOON).until(() -> sql.column(status, order).contains("EXPIRED"));
  }

  /** Nobody's unit is counted twice, and none is missing, whatever became of the orders. */
  @Test
  void itsFiguresAreExactAndAddUp() {
    long one = sql.product(10, 60);
    long two = sql.product(10, 40);
    long elsewhere = sql.product(10, 40);
    long drop = shop.drop(PAST, "", one, two);
    JsonNode before = report(drop);
    assertThat(units(before)).isEqualTo(units(100, 0, 0, 0, 100, 0));
    assertThat(before.path("firstOrderAt").isNull()).isTrue();

    Shopper alice = shop.shopper();
    paid(alice, one, 5, two, 2, elsewhere, 9);
    paid(alice, one, 1);
    ordered(shop.shopper(), two, 3);
    shop.now(alice.sending(HttpMethod.POST, "/orders/" + ordered(alice, one, 4) + "/cancel"));
    expire(ordered(shop.shopper(), one, 6, two, 1));
    String parts = paid(shop.shopper(), one, 10, elsewhere, 2);
    refund(parts, item(one, 3), true);
    refund(parts, item(one, 2), false);
    refund(parts, item(elsewhere, 1), false);
    refund(paid(shop.shopper(), two, 8), "", false);
    refund(paid(shop.shopper(), two, 7), "", true);

    // Sold 5 + 2 + 1 + 5; returned 4 + 7 + 3 + 7; written off 2 + 8.
    JsonNode report =
        soon(drop, seen -> assertThat(units(seen)).isEqualTo(units(100, 13, 3, 21, 74, 10)));
    assertThat(report.path("orders").toString())
        .isEqualTo("{\"PENDING\":1,\"PAID\":3,\"CANCELLED\":1,\"EXPIRED\":1,\"REFUNDED\":2}");
    assertThat(report.path("buyers").asLong()).isEqualTo(2);
    assertThat(report.path("soldOutAt").isNull()).isTrue();
    assertThat(report.path("perSecond")).isEmpty();
    assertThat(report.path("firstOrderAt").asString())
        .isEqualTo(alice.get("/orders").body().at("/items/2/createdAt").asString());
  }

  @Test
  void saysWhenItSoldOutAndWhatEachSecondSold() {
    long product = sql.product(10, 10);
    long drop = shop.drop(PAST, "", product);
    List<String> orders =
        IntStream.range(0, 5).mapToObj(i -> ordered(shop.shopper(), product, 2)).toList();
    List<Integer> millis = List.of(0, 999, 1_000, 599_999, 600_000);
    for (int i = 0; i < orders.size(); i++) {
      String write = "UPDATE orders SET created_at = $2 WHERE id = $1::uuid";
      sql.run(write, orders.get(i), PAST.plusMillis(millis.get(i)));
    }

    JsonNode report =
        soon(
            drop,
            seen ->
                assertThat(seen.path("soldOutAt").asString())
                    .isEqualTo("2026-01-01T00:10:00.000000Z"));
    assertThat(instant(report, "firstOrderAt")).isEqualTo(PAST);
    assertThat(report.path("perSecond").valueStream().map(DropReportIT::second))
        .containsExactly("0: 2 of 4", "1: 1 of 2", "599: 1 of 2");

    expire(orders.get(1));
    soon(drop, seen -> assertThat(seen.path("soldOutAt").isNull()).isTrue());
  }

  private static Instant instant(JsonNode report, String member) {
    return Instant.parse(report.path(member).asString());
  }

  private static String second(JsonNode second) {
    return "%s: %s of %s"
        .formatted(
            Duration.between(PAST, instant(second, "at")).toSeconds(),
            second.path("orders").asLong(),
            second.path("units").asLong());
  }

  /** One of the two instances is shut down at once: what it has counted is told before its end. */
  @Test
  void addsUpWhatTheInstancesRefused() {
    long product = sql.product(10, 1);
    long another = sql.product(10, 0);
    ConfigurableApplicationContext second = SecondShop.start();
    DropShop both = new DropShop(tokens, port, SecondShop.port(second));
    long drop = both.drop(PAST, "", product);
    // Answered when every instance knows the drop.
    both.change(drop, "{\"maxPerUser\":2}");
    List<Answer> refused =
        Shopper.atOnce(
            IntStream.range(0, 20)
                .mapToObj(i -> DropShop.order(shopper(both, i), "k", product, i < 12 ? 3 : 2))
                .toList());
    both.now(DropShop.order(both.shopper(), "k", another, 1));
    second.close();

    Map<String, Long> told = Shopper.outcomes(refused);
    assertThat(told.keySet()).isSubsetOf("409 PURCHASE_LIMIT_EXCEEDED", "409 INSUFFICIENT_STOCK");
    soon(
        drop,
        seen ->
            assertThat(seen.path("refusals").propertyStream())
                .extracting(count -> "409 " + count.getKey(), count -> count.getValue().asLong())
                .containsExactlyInAnyOrderElementsOf(
                    told.entrySet().stream()
                        .map(count -> tuple(count.getKey(), count.getValue()))
                        .toList()));
  }

  /** The writer gives up after a second, and tells later what it could not tell then. */
  @Test
  void losesAndDoublesNothingWhileSomebodyHoldsItsRow() {
    long product = sql.product(10, 0);
    long drop = shop.drop(PAST, "", product);
    shop.change(drop, "{\"maxPerUser\":5}");
    refuse(10, product);
    soon(drop, seen -> assertThat(insufficient(seen)).isEqualTo(10));
    String hold = "SELECT code FROM drop_refusals WHERE drop_id = $1 FOR UPDATE";
    try (var psql = Stranger.locks(database, hold, drop)) {
      refuse(10, product);
      await().atMost(SOON).until(() -> waiting() > 0);
      await().atMost(SOON).until(() -> waiting() == 0);
    }
    refuse(10, product);
    soon(drop, seen -> assertThat(insufficient(seen)).isEqualTo(30));
  }

  private long waiting() {
    return sql.number(
        """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
          AND query LIKE 'INSERT INTO drop_refusals%'
        """);
  }

  private static long insufficient(JsonNode report) {
    return report.at("/refusals/INSUFFICIENT_STOCK").asLong(0);
  }

  private void refuse(int number, long product) {
    List<Answer> refused =
        Shopper.atOnce(number, i -> DropShop.order(shop.shopper(), "k", product, 1));
    assertThat(Shopper.outcomes(refused))
        .isEqualTo(Map.of("409 INSUFFICIENT_STOCK", (long) number));
  }

  /** Whose next request goes to the one or the other instance. */
  private static Shopper shopper(DropShop shop, int turn) {
    Shopper shopper = shop.shopper();
    if (turn % 2 == 1) {
      shopper.get("/points");
    }
    return shopper;
  }

  @Test
  void administratorsShareALookAndAnUnknownDropHasNone() {
    long drop = shop.drop(PAST, "", sql.product(10, 10));
    List<DropReport> seen =
        Objects.requireNonNull(
            Flux.range(0, 50).flatMap(i -> reports.report(drop)).collectList().block(SOON));
    assertThat(seen).hasSize(50).allMatch(report -> report == seen.get(0));
    assertThat(shop.operator.get("/admin/drops/999999999/report").outcome())
        .isEqualTo("404 DROP_NOT_FOUND");
  }
}
