package dev.firstcome.shop.audit;

import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.SecondShop;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.http.dispatch.RouteTable;
import dev.firstcome.infra.postgres.Database;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;

/** Walks every administrative write that there is: each has its key and its row in the audit. */
@ShopTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminWalkIT {

  private static final String API = "/api/v1";
  private static final String OPENING = "2999-01-01T00:00:00Z";

  @Autowired private RouteTable table;
  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;
  private Sql sql;
  private String actor;
  private Shopper admin;

  /**
   * A request that changes something.
   *
   * @param path with what it names
   * @param body empty for none
   * @param other another body; empty if the call has none
   * @param subject of the row that it leaves; empty for a subject that is made by it
   */
  private record Write(String path, String body, String other, String subject) {}

  /** A route that is not here fails the walk: say how to ask for it, and what it changes. */
  private final Map<String, Supplier<Write>> writes =
      Map.ofEntries(
          entry("POST /admin/products", this::newProduct),
          entry("PATCH /admin/products/{id}", this::product),
          entry("POST /admin/stock-adjustments", this::adjustment),
          entry("POST /admin/coupons", this::newCampaign),
          entry("PATCH /admin/coupons/{id}", this::campaign),
          entry("POST /admin/drops", this::newDrop),
          entry("PATCH /admin/drops/{id}", this::drop),
          entry("POST /admin/orders/{id}/cancel", this::cancellation),
          entry("POST /admin/orders/{id}/refunds", this::refund),
          entry("POST /admin/events/{id}/redeliver", this::event),
          entry("POST /admin/events/redeliver", this::allEvents));

  @BeforeEach
  void administrator() {
    sql = new Sql(database);
    actor = UUID.randomUUID().toString();
    admin = new Shopper(actor, tokens.admin(actor), List.of(port, SecondShop.port()));
  }

  Stream<String> routes() {
    return table.routes().stream()
        .filter(route -> route.pattern().getPatternString().startsWith(API + "/admin/"))
        .filter(route -> route.method() != HttpMethod.GET)
        .map(route -> route.toString().replace(API, ""));
  }

  @Test
  void everyWriteIsWalked() {
    assertThat(routes()).containsExactlyInAnyOrderElementsOf(writes.keySet());
  }

  @ParameterizedTest
  @MethodSource("routes")
  void isDoneOnceForItsKeyAndLeavesOneRow(String route) {
    Write write = requireNonNull(writes.get(route)).get();

    Answer first = ask(admin, route, write.path, "key", write.body);
    Answer again = ask(admin, route, write.path, "key", write.body);
    assertThat(first.code()).as("%s", first).isBetween(200, 202);
    assertThat(first.isReplayed()).isFalse();
    assertThat(again.isReplayed()).as("%s", again).isTrue();
    assertThat(again.status()).isEqualTo(first.status());
    assertThat(again.body()).isEqualTo(first.body());
    for (String header : List.of("Location", "ETag")) {
      assertThat(again.headers().getFirst(header)).isEqualTo(first.headers().getFirst(header));
    }
    String id = write.subject.endsWith(":") ? first.body().path("id").asString("") : "";
    String made = write.subject + id;
    assertThat(rows())
        .filteredOn(row -> row.startsWith(made + " "))
        .as("rows of the audit about " + made)
        .containsExactly(made + " " + first.headers().getFirst("X-Trace-Id"));
  }

  @ParameterizedTest
  @MethodSource("routes")
  void isRefusedWithAnotherBodyUnderTheSameKey(String route) {
    Write write = requireNonNull(writes.get(route)).get();
    if (write.other.isEmpty()) {
      return;
    }
    ask(admin, route, write.path, "key", write.body);
    List<String> rows = rows();

    assertThat(ask(admin, route, write.path, "key", write.other).outcome())
        .isEqualTo("422 IDEMPOTENCY_KEY_REUSED");
    assertThat(rows()).isEqualTo(rows);
    // Another administrator's key of the same name is another one.
    String other = UUID.randomUUID().toString();
    Shopper another = new Shopper(other, tokens.admin(other), List.of(port));
    assertThat(ask(another, route, write.path, "key", write.other).code()).isBetween(200, 202);
  }

  @ParameterizedTest
  @MethodSource("routes")
  void isOnlyForAdministratorsAndLeavesNothingOtherwise(String route) {
    Write write = requireNonNull(writes.get(route)).get();
    Shopper user = new Shopper(actor, tokens.user(actor), List.of(port));
    Shopper nobody = new Shopper(actor, "no token", List.of(port));

    assertThat(ask(user, route, write.path, "key", write.body).outcome())
        .isEqualTo("403 FORBIDDEN");
    assertThat(ask(nobody, route, write.path, "key", write.body).outcome())
        .isEqualTo("401 UNAUTHENTICATED");
    assertThat(rows()).isEmpty();
  }

  private static Answer ask(Shopper who, String route, String path, String key, String body) {
    HttpMethod method = HttpMethod.valueOf(route.split(" ")[0]);
    return who.send(method, "/admin" + path, key, body);
  }

  /** What the actor did, as the audit has it. */
  private List<String> rows() {
    return sql.column(
        "SELECT subject || ' ' || trace_id FROM audit WHERE actor = $1 ORDER BY id", actor);
  }

  private Write newProduct() {
    String body = "{\"name\":\"walked\",\"price\":%s,\"stock\":3}";
    return new Write("/products", body.formatted(100), body.formatted(101), "product:");
  }

  private Write product() {
    long id = sql.product(100, 3);
    return new Write("/products/" + id, "{\"price\":7}", "{\"price\":8}", "product:");
  }

  private Write adjustment() {
    long id = sql.product(100, 3);
    String body = "{\"items\":[{\"productId\":%s,\"delta\":%s}],\"reason\":\"walk\"}";
    return new Write(
        "/stock-adjustments", body.formatted(id, 5), body.formatted(id, 6), "product:" + id);
  }

  private Write newCampaign() {
    String body =
        """
        {"name":"walked","discount":{"type":"FIXED","value":100},"totalQuantity":%s,
         "issuableFrom":"%s","issuableUntil":"2999-01-02T00:00:00Z",
         "validUntil":"2999-01-03T00:00:00Z"}
        """;
    return new Write("/coupons", body.formatted(3, OPENING), body.formatted(4, OPENING), "coupon:");
  }

  private Write campaign() {
    long id = sql.campaign(3);
    return new Write("/coupons/" + id, "{\"paused\":true}", "{\"name\":\"other\"}", "coupon:");
  }

  private Write newDrop() {
    String body = "{\"name\":\"%s\",\"productIds\":[%s],\"opensAt\":\"%s\",\"closesAt\":\"%s\"}";
    String closed = "2001-01-01T00:00:00Z";
    long id = sql.product(100, 3);
    return new Write(
        "/drops",
        body.formatted("walked", id, OPENING, closed),
        body.formatted("other", id, OPENING, closed),
        "drop:");
  }

  private Write drop() {
    long id = sql.number("INSERT INTO drops (name, opens_at) VALUES ('drop', now()) RETURNING id");
    return new Write("/drops/" + id, "{\"paused\":true}", "{\"name\":\"other\"}", "drop:");
  }

  private Write cancellation() {
    String order = order(sql.product(0, 5), "PENDING");
    return new Write("/orders/" + order + "/cancel", "", "", "order:" + order);
  }

  private Write refund() {
    long product = sql.product(0, 5);
    String order = order(product, "PAID");
    String body =
        "{\"items\":[{\"productId\":%s,\"quantity\":%s}],\"restock\":true,\"reason\":\"walk\"}";
    return new Write(
        "/orders/" + order + "/refunds",
        body.formatted(product, 1),
        body.formatted(product, 2),
        "order:" + order);
  }

  /** All five units of the product, for nothing. */
  private String order(long product, String status) {
    UUID id = UUID.randomUUID();
    sql.run(
        """
        WITH items AS (
          INSERT INTO order_items (order_id, product_id, name, unit_price, quantity)
          VALUES ($1, $2, 'walked', 0, 5)),
        payment AS (
          INSERT INTO payments (id, order_id, user_id, amount, balance_after, paid_at)
          SELECT $1, $1, $3, 0, 0, now() WHERE $4 = 'PAID'),
        taken AS (
          UPDATE stock SET quantity = 0 WHERE product_id = $2)
        INSERT INTO orders (id, user_id, status, subtotal, discount, total, payment_id, fingerprint,
                            created_at, payment_due_at)
        VALUES ($1, $3, $4, 0, 0, 0, CASE $4 WHEN 'PAID' THEN $1 END, $1, now(),
                now() + interval '1 hour')
        """,
        id,
        product,
        actor,
        status);
    return id.toString();
  }

  private Write event() {
    UUID id = dead();
    return new Write("/events/" + id + "/redeliver", "", "", "event:" + id);
  }

  private Write allEvents() {
    return new Write("/events/redeliver?status=DEAD", "", "", "event:" + dead());
  }

  private UUID dead() {
    UUID id = UUID.randomUUID();
    sql.run(
        """
        INSERT INTO outbox (id, consumer, type, subject, status, created_at, next_attempt_at)
        VALUES ($1, 'PLATFORM', 'test', $1, 'DEAD', now(), now())
        """,
        id);
    return id;
  }
}
