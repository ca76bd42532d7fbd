package dev.firstcome.http.dispatch;

import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.PlainJWT;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.http.dispatch.Client.Answer;
import dev.firstcome.infra.postgres.Database;
import java.io.File;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.io.Resource;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RequestPredicate;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.result.method.RequestMappingInfoHandlerMapping;
import org.springframework.web.util.pattern.PathPattern;
import reactor.core.publisher.Mono;

/** Walks every route that there is, as nobody, as somebody else and as no administrator. */
@ShopTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RouteWalkIT {

  private enum Kind {
    /** For everybody, with or without a token. */
    OPEN,
    /** Open as well, and an answer to it does not end. */
    STREAM,
    /** Needs a token, and tells of nobody but its owner. */
    OWN,
    /** Needs the token of the owner of what the path names. */
    RESOURCE,
    ADMIN
  }

  /** Who asks for something that is alice's. */
  private enum Who {
    NOBODY,
    FORGED,
    UNSIGNED,
    EXPIRED,
    ANOTHER_USER,
    OWNER,
    ADMINISTRATOR
  }

  /** Spring's own handler mappings that have something to offer: Actuator's. Paths, read-only. */
  private static final Set<String> ENDPOINTS =
      Set.of("/actuator", "/actuator/health", "/actuator/health/{*path}", "/actuator/prometheus");

  private static final Set<String> LISTS = Set.of("/api/v1/products", "/api/v1/products/popular");

  /** The contract's calls. A route that is not here fails the walk: say first who may use it. */
  private static final Map<String, Kind> CALLS =
      Map.ofEntries(
          entry("GET /", Kind.OPEN),
          entry("GET /board/stream", Kind.STREAM),
          entry("GET /openapi.json", Kind.OPEN),
          entry("GET /docs", Kind.OPEN),
          entry("GET /docs/problems", Kind.OPEN),
          entry("GET /docs/docs.css", Kind.OPEN),
          entry("GET /docs/docs.js", Kind.OPEN),
          entry("GET /docs/problems.js", Kind.OPEN),
          entry("GET /docs/swagger-ui.js", Kind.OPEN),
          entry("GET /docs/swagger-ui.css", Kind.OPEN),
          entry("GET /api/v1/products", Kind.OPEN),
          entry("GET /api/v1/products/{id}", Kind.OPEN),
          entry("GET /api/v1/products/popular", Kind.OPEN),
          entry("GET /api/v1/products/popular/stream", Kind.STREAM),
          entry("GET /api/v1/coupons/{id}/stream", Kind.STREAM),
          entry("GET /api/v1/coupons", Kind.OPEN),
          entry("GET /api/v1/coupons/{id}", Kind.OPEN),
          entry("GET /api/v1/drops", Kind.OPEN),
          entry("GET /api/v1/drops/{id}", Kind.OPEN),
          entry("GET /api/v1/drops/{id}/stream", Kind.STREAM),
          entry("POST /api/v1/drops/{id}/ticket", Kind.OWN),
          entry("GET /api/v1/drops/{id}/ticket", Kind.OWN),
          entry("DELETE /api/v1/drops/{id}/ticket", Kind.OWN),
          entry("GET /api/v1/products/{id}/allowance", Kind.OWN),
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
          entry("PATCH /api/v1/admin/coupons/{id}", Kind.ADMIN),
          entry("POST /api/v1/admin/drops", Kind.ADMIN),
          entry("PATCH /api/v1/admin/drops/{id}", Kind.ADMIN),
          entry("GET /api/v1/admin/drops/{id}/report", Kind.ADMIN),
          entry("GET /api/v1/admin/audit", Kind.ADMIN),
          entry("GET /api/v1/admin/set-aside", Kind.ADMIN),
          entry("POST /api/v1/admin/events/redeliver", Kind.ADMIN),
          entry("GET /api/v1/admin/events", Kind.ADMIN),
          entry("POST /api/v1/admin/events/{id}/redeliver", Kind.ADMIN),
          entry("GET /api/v1/admin/orders", Kind.ADMIN),
          entry("GET /api/v1/admin/orders/{id}", Kind.ADMIN),
          entry("POST /api/v1/admin/orders/{id}/cancel", Kind.ADMIN),
          entry("POST /api/v1/admin/orders/{id}/refunds", Kind.ADMIN),
          entry("GET /api/v1/admin/exports/ledger", Kind.ADMIN),
          entry("GET /api/v1/admin/consistency", Kind.ADMIN));

  private static final Map<String, Kind> CONTRACT = contract();

  /** And the page's files, which are everybody's. */
  private static Map<String, Kind> contract() {
    Stream<String> own = Stream.of(requireNonNull(new File("src/main/resources/page").list()));
    Stream<String> library = Stream.of("uplot.js", "uplot.css");
    Map<String, Kind> all = new HashMap<>(CALLS);
    Stream.concat(own, library)
        .filter(name -> !name.equals("index.html"))
        .forEach(name -> all.put("GET /page/" + name, Kind.OPEN));
    return all;
  }

  @Autowired private RouteTable table;
  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @Autowired private ObjectProvider<RouterFunction<?>> routers;
  @Autowired private List<RequestMappingInfoHandlerMapping> annotated;
  @LocalServerPort private int port;
  private Client client;
  private String name;
  private String alice;
  private String mallory;

  /** An order or a payment of alice's that is as it was when it was made. */
  private String hers;

  @BeforeEach
  void connect() {
    client = new Client(port);
    hers = "";
    name = UUID.randomUUID().toString();
    alice = bearer(name);
    mallory = bearer(UUID.randomUUID().toString());
  }

  private String bearer(String user) {
    return "Bearer " + tokens.user(user);
  }

  private Stream<String> routes() {
    // The page and the documents both have the root: whoever comes first is asked.
    return table.routes().stream().map(RouteTable.Route::toString).distinct();
  }

  private Stream<String> routes(Kind kind) {
    return routes().filter(route -> CONTRACT.get(route) == kind);
  }

  Stream<String> resources() {
    return routes(Kind.RESOURCE);
  }

  @Test
  void everyRouteIsOfTheContractAndEveryCallHasItsRoute() {
    assertThat(routes()).containsExactlyInAnyOrderElementsOf(CONTRACT.keySet());
  }

  /** A route that the table cannot read, or that is none of ours, would escape the walk. */
  @Test
  void nothingIsServedThatTheTableDoesNotKnow() {
    Handlers handlers = new Handlers();
    routers.orderedStream().forEach(router -> router.accept(handlers));
    assertThat(handlers.unread).isZero();
    assertThat(handlers.routes).isEqualTo(table.routes().size());
    assertThat(annotated.stream().flatMap(mapping -> mapping.getHandlerMethods().keySet().stream()))
        .flatExtracting(info -> info.getPatternsCondition().getPatterns())
        .extracting(PathPattern::getPatternString)
        .containsOnlyElementsOf(ENDPOINTS);
  }

  /** Every route, asked by everybody for what is alice's: each answer is what its kind demands. */
  @Test
  void everybodyGetsWhatTheContractGivesThem() {
    int asked = 0;
    for (String route : routes().toList()) {
      for (Who who : Who.values()) {
        Answer answer = send(route, idFor(route, who), authorization(who));
        assertThat(answer.status())
            .as("%s as %s: %s", route, who, answer.body())
            .satisfies(status -> assertThat(status).matches(expected(route, who)));
        assertThat(answer.header("Cache-Control")).as(route).isEqualTo(kept(route, answer));
        if (answer.status() >= 400) {
          assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        }
        asked++;
      }
    }
    int routes = CONTRACT.size();
    assertThat(asked).isEqualTo(routes * Who.values().length);
    System.out.printf(
        "route walk: %s routes x %s identities = %s requests%n",
        routes, Who.values().length, asked);
  }

  /**
   * Two lists may be a second old, files are asked for again each time, and nothing else is kept.
   */
  private static String kept(String route, Answer answer) {
    String path = route.substring(route.indexOf(' ') + 1);
    if (answer.status() == 200 && LISTS.contains(path)) {
      return "max-age=1";
    }
    boolean file = !path.startsWith("/api/") && !path.endsWith("/stream");
    return answer.status() == 200 && file ? "max-age=0, must-revalidate" : "no-store";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/actuator", "/actuator/health", "/actuator/health/none", "/actuator/prometheus"})
  void nothingOfTheActuatorIsKept(String path) {
    for (Who who : Who.values()) {
      Answer answer = client.get(path, authorization(who));
      assertThat(answer.header("Cache-Control")).as("as %s", who).isEqualTo("no-store");
    }
  }

  private static Predicate<Integer> expected(String route, Who who) {
    Kind kind = Objects.requireNonNull(CONTRACT.get(route), route);
    if (kind == Kind.OPEN || kind == Kind.STREAM) {
      return status -> status < 400;
    }
    return switch (who) {
      case NOBODY, FORGED, UNSIGNED, EXPIRED -> status -> status == 401;
      // An administrator is no better a user than anybody else.
      case ANOTHER_USER, ADMINISTRATOR ->
          switch (kind) {
            case ADMIN -> status -> who == Who.ADMINISTRATOR ? isTaken(status) : status == 403;
            case RESOURCE -> status -> status == 404;
            default -> RouteWalkIT::isTaken;
          };
      case OWNER ->
          kind == Kind.ADMIN
              ? status -> status == 403
              : status -> kind == Kind.OWN ? isTaken(status) : status == 200;
    };
  }

  /** Let through to the handler, which may miss a body or a key, or not find what was named. */
  private static boolean isTaken(int status) {
    return status != 401 && status != 403 && status < 500;
  }

  private String[] authorization(Who who) {
    String token =
        switch (who) {
          case NOBODY -> null;
          case FORGED -> "Bearer " + new Tokens("another secret of 32 bytes or more").user(name);
          case UNSIGNED ->
              "Bearer "
                  + new PlainJWT(Tokens.claims(name, List.of(), Instant.now()).build()).serialize();
          case EXPIRED -> "Bearer " + tokens.expired(name);
          case ANOTHER_USER -> mallory;
          case OWNER -> alice;
          case ADMINISTRATOR -> "Bearer " + tokens.admin("root");
        };
    return token == null ? new String[0] : new String[] {"Authorization", token};
  }

  /** What the path names: alice's for those that are somebody's, what there is for the rest. */
  private String idFor(String route, Who who) {
    Sql sql = new Sql(database);
    if (CONTRACT.get(route) == Kind.RESOURCE) {
      // Only who owns it changes it, so that each of the others asks for one that is still there.
      return who == Who.OWNER || hers.isEmpty() ? hers = resource(route) : hers;
    }
    return openId(route, sql);
  }

  private static String openId(String route, Sql sql) {
    if (route.contains("/drops")) {
      return Long.toString(
          sql.number("INSERT INTO drops (name, opens_at) VALUES ('drop', now()) RETURNING id"));
    }
    return Long.toString(route.contains("/coupons") ? sql.campaign(9) : sql.product(100, 9));
  }

  /** Whatever mallory sends with alice's ids in it, alice has what she had, and he sees none. */
  @Test
  void nothingOfHersIsSeenOrChangedBySomebodyElse() {
    Sql sql = new Sql(database);
    String product = Long.toString(sql.product(100, 9));
    String payment = resource("GET /api/v1/payments/{id}");
    String order = order();
    String coupon = made(send("POST /api/v1/coupons/{id}/issue", "" + sql.campaign(5), own(alice)));
    post(alice, "/api/v1/cart/items", "{\"productId\":" + product + ",\"quantity\":2}");
    List<String> mine =
        routes(Kind.OWN).filter(r -> r.startsWith("GET ") && !r.contains("{")).toList();
    List<String> before = mine.stream().map(route -> send(route, "", own(alice)).body()).toList();
    for (String route : routes().filter(r -> CONTRACT.get(r) != Kind.OPEN).toList()) {
      for (String id : List.of(payment, order, coupon, product)) {
        Answer answer = send(route, id, own(mallory));
        assertThat(answer.status()).as(route).isLessThan(500);
        assertThat(withoutPath(answer)).as(route).doesNotContain(name, payment, order, coupon);
      }
    }
    assertThat(mine.stream().map(route -> send(route, "", own(alice)).body())).isEqualTo(before);
    assertThat(mine).hasSizeGreaterThan(3);
  }

  private static String withoutPath(Answer answer) {
    return answer.status() < 400
        ? answer.body()
        : answer.body().replaceAll("\"instance\":\"[^\"]*\"", "");
  }

  private static String[] own(String token) {
    return new String[] {"Authorization", token};
  }

  @Test
  void whatIsOpenAsksForNoToken() {
    Sql sql = new Sql(database);
    assertThat(Stream.concat(routes(Kind.OPEN), routes(Kind.STREAM)))
        .isNotEmpty()
        .allSatisfy(route -> assertThat(send(route, openId(route, sql)).status()).isLessThan(400));
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
    String line = "{\"items\":[{\"productId\":%s,\"quantity\":1}],\"issuedCouponId\":\"%s\"}";
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
    // The answer to GET would never end.
    String method = CONTRACT.get(route) == Kind.STREAM ? "HEAD" : methodAndPath[0];
    return client.send(method, path, BodyPublishers.noBody(), headers);
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

  /** Counts the routes, and whatever else may serve requests. */
  private static final class Handlers implements RouterFunctions.Visitor {

    private int routes;
    private int unread;

    @Override
    public void startNested(RequestPredicate predicate) {}

    @Override
    public void endNested(RequestPredicate predicate) {}

    @Override
    public void route(RequestPredicate predicate, HandlerFunction<?> handler) {
      routes++;
    }

    @Override
    public void resources(Function<ServerRequest, Mono<Resource>> lookup) {
      unread++;
    }

    @Override
    public void attributes(Map<String, Object> attributes) {}

    @Override
    public void unknown(RouterFunction<?> router) {
      unread++;
    }
  }
}
