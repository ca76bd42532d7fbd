package dev.firstcome.web;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.database.Database;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.web.Client.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Walks every route that there is, as nobody, as somebody else and as no administrator. */
@ShopTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RouteWalkIT {

  private enum Kind {
    /** For everybody, with or without a token. */
    OPEN,
    /** Needs a token, and tells of nobody but its owner. */
    OWN,
    /** Needs the token of the owner of what the path names. */
    RESOURCE,
    ADMIN
  }

  /** The contract's calls. A route that is not here fails the walk: say first who may use it. */
  private static final Map<String, Kind> CONTRACT =
      Map.ofEntries(
          entry("GET /", Kind.OPEN),
          entry("GET /openapi.json", Kind.OPEN),
          entry("GET /docs", Kind.OPEN),
          entry("GET /docs/problems", Kind.OPEN),
          entry("GET /docs/docs.css", Kind.OPEN),
          entry("GET /docs/docs.js", Kind.OPEN),
          entry("GET /docs/problems.js", Kind.OPEN),
          entry("GET /api/v1/products", Kind.OPEN),
          entry("GET /api/v1/products/{id}", Kind.OPEN),
          entry("GET /api/v1/products/popular", Kind.OPEN),
          entry("GET /api/v1/coupons", Kind.OPEN),
          entry("GET /api/v1/coupons/{id}", Kind.OPEN),
          entry("PATCH /api/v1/points", Kind.OWN),
          entry("GET /api/v1/points", Kind.OWN),
          entry("GET /api/v1/points/history", Kind.OWN),
          entry("POST /api/v1/coupons/{id}/issue", Kind.OWN),
          entry("GET /api/v1/issued-coupons", Kind.OWN),
          entry("POST /api/v1/cart/items", Kind.OWN),
          entry("PUT /api/v1/cart/items/{productId}", Kind.OWN),
          entry("DELETE /api/v1/cart/items/{productId}", Kind.OWN),
          entry("DELETE /api/v1/cart", Kind.OWN),
          entry("GET /api/v1/cart", Kind.OWN),
          entry("POST /api/v1/orders", Kind.OWN),
          entry("GET /api/v1/orders", Kind.OWN),
          entry("GET /api/v1/orders/{id}", Kind.RESOURCE),
          entry("POST /api/v1/orders/{id}/cancel", Kind.RESOURCE),
          entry("POST /api/v1/payments", Kind.OWN),
          entry("GET /api/v1/payments/{id}", Kind.RESOURCE),
          entry("POST /api/v1/admin/products", Kind.ADMIN),
          entry("PATCH /api/v1/admin/products/{id}", Kind.ADMIN),
          entry("POST /api/v1/admin/stock-adjustments", Kind.ADMIN),
          entry("POST /api/v1/admin/coupons", Kind.ADMIN),
          entry("GET /api/v1/admin/events", Kind.ADMIN),
          entry("POST /api/v1/admin/events/{id}/redeliver", Kind.ADMIN),
          entry("GET /api/v1/admin/consistency", Kind.ADMIN));

  @Autowired private RouteTable table;
  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;
  private Client client;
  private String alice;
  private String mallory;

  @BeforeEach
  void connect() {
    client = new Client(port);
    alice = bearer(UUID.randomUUID().toString());
    mallory = bearer(UUID.randomUUID().toString());
  }

  private String bearer(String user) {
    return "Bearer " + tokens.user(user);
  }

  Stream<String> routes() {
    return table.routes().stream().map(RouteTable.Route::toString);
  }

  private Stream<String> routes(Kind kind) {
    return routes().filter(route -> CONTRACT.get(route) == kind);
  }

  Stream<String> closed() {
    return routes().filter(route -> CONTRACT.get(route) != Kind.OPEN);
  }

  Stream<String> admin() {
    return routes(Kind.ADMIN);
  }

  Stream<String> resources() {
    return routes(Kind.RESOURCE);
  }

  @Test
  void everyRouteIsOfTheContractAndEveryCallHasItsRoute() {
    assertThat(routes()).containsExactlyInAnyOrderElementsOf(CONTRACT.keySet());
  }

  /** Also one that nobody classified: an unknown path tells a stranger nothing. */
  @ParameterizedTest
  @MethodSource("closed")
  void nobodyPassesWithoutAToken(String route) {
    isRefused(send(route, "1"), 401, "UNAUTHENTICATED");
    isRefused(send(route, "1", "Authorization", "Bearer forged"), 401, "UNAUTHENTICATED");
  }

  @Test
  void whatIsOpenAsksForNoToken() {
    Sql sql = new Sql(database);
    String product = Long.toString(sql.product(100, 1));
    String campaign = Long.toString(sql.campaign(1));
    assertThat(routes(Kind.OPEN))
        .isNotEmpty()
        .allSatisfy(
            route -> {
              String id = route.contains("coupons") ? campaign : product;
              assertThat(send(route, id).status()).isLessThan(400);
            });
  }

  @ParameterizedTest
  @MethodSource("admin")
  void noUserIsAnAdministrator(String route) {
    isRefused(send(route, "1", "Authorization", alice), 403, "FORBIDDEN");
    isRefused(send(route, "none", "Authorization", alice), 403, "FORBIDDEN");
  }

  /** Exactly like one that does not exist, apart from the path and the trace. */
  @ParameterizedTest
  @MethodSource("resources")
  void somebodyElsesIsNotThere(String route) {
    String alices = resource(route);
    String none = UUID.randomUUID().toString();
    Answer hers = send(route, alices, "Authorization", mallory);
    Answer nones = send(route, none, "Authorization", mallory);
    isRefused(hers, 404, hers.text("code"));
    assertThat(anonymous(hers, alices)).isEqualTo(anonymous(nones, none));
    assertThat(send(route, alices, "Authorization", alice).status()).isEqualTo(200);
  }

  @Test
  void nobodyOrdersWithSomebodyElsesCouponOrPaysSomebodyElsesOrder() {
    Sql sql = new Sql(database);
    long campaign = sql.campaign(1);
    String coupon =
        made(send("POST /api/v1/coupons/{id}/issue", "" + campaign, "Authorization", alice));
    String line = "{\"items\":[{\"productId\":%d,\"quantity\":1}],\"issuedCouponId\":\"%s\"}";
    Answer ordered = post(mallory, "/api/v1/orders", line.formatted(sql.product(9000, 1), coupon));
    isRefused(ordered, 404, "ISSUED_COUPON_NOT_FOUND");
    Answer paid = post(mallory, "/api/v1/payments", "{\"orderId\":\"" + order() + "\"}");
    isRefused(paid, 404, "ORDER_NOT_FOUND");
  }

  private static String anonymous(Answer answer, String id) {
    return answer.body().replace(id, "ID").replace(answer.text("traceId"), "TRACE");
  }

  private static void isRefused(Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.text("code")).isEqualTo(code);
  }

  private Answer send(String route, String id, String... headers) {
    String[] methodAndPath = route.split(" ", 2);
    String path = methodAndPath[1].replaceAll("\\{\\w+}", id);
    return client.send(methodAndPath[0], path, BodyPublishers.noBody(), headers);
  }

  private Answer post(String token, String path, String body) {
    return client.post(
        path,
        body,
        "Authorization",
        token,
        "Content-Type",
        "application/json",
        "Idempotency-Key",
        UUID.randomUUID().toString());
  }

  private static String made(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return answer.text("id");
  }

  /** Alice's order or payment, whichever the route is about. */
  private String resource(String route) {
    String order = order();
    if (!route.contains("/payments/")) {
      return order;
    }
    String charge = "{\"amount\":1000}";
    String[] headers = {
      "Authorization", alice, "Content-Type", "application/json", "Idempotency-Key", "charge"
    };
    client.send("PATCH", "/api/v1/points", BodyPublishers.ofString(charge), headers);
    return made(post(alice, "/api/v1/payments", "{\"orderId\":\"" + order + "\"}"));
  }

  private String order() {
    long product = new Sql(database).product(100, 9);
    String body = "{\"items\":[{\"productId\":" + product + ",\"quantity\":1}]}";
    return made(post(alice, "/api/v1/orders", body));
  }
}
