package dev.firstcome.problem;

import static dev.firstcome.coupon.CouponRefusal.COUPON_NOT_FOUND;
import static dev.firstcome.coupon.CouponRefusal.COUPON_NOT_OPEN;
import static dev.firstcome.coupon.CouponRefusal.COUPON_NOT_USABLE;
import static dev.firstcome.coupon.CouponRefusal.COUPON_SOLD_OUT;
import static dev.firstcome.coupon.CouponRefusal.ISSUED_COUPON_NOT_FOUND;
import static dev.firstcome.order.OrderRefusal.ORDER_ALREADY_PAID;
import static dev.firstcome.order.OrderRefusal.ORDER_NOT_CANCELLABLE;
import static dev.firstcome.order.OrderRefusal.ORDER_NOT_FOUND;
import static dev.firstcome.order.OrderRefusal.ORDER_NOT_PAYABLE;
import static dev.firstcome.payment.PaymentRefusal.PAYMENT_NOT_FOUND;
import static dev.firstcome.point.PointRefusal.INSUFFICIENT_POINTS;
import static dev.firstcome.point.PointRefusal.INVALID_CHARGE_AMOUNT;
import static dev.firstcome.point.PointRefusal.POINT_LIMIT_EXCEEDED;
import static dev.firstcome.problem.CommonRefusal.BODY_TOO_LARGE;
import static dev.firstcome.problem.CommonRefusal.FORBIDDEN;
import static dev.firstcome.problem.CommonRefusal.IDEMPOTENCY_KEY_INVALID;
import static dev.firstcome.problem.CommonRefusal.IDEMPOTENCY_KEY_REQUIRED;
import static dev.firstcome.problem.CommonRefusal.IDEMPOTENCY_KEY_REUSED;
import static dev.firstcome.problem.CommonRefusal.INVALID_REQUEST;
import static dev.firstcome.problem.CommonRefusal.METHOD_NOT_ALLOWED;
import static dev.firstcome.problem.CommonRefusal.NOT_ACCEPTABLE;
import static dev.firstcome.problem.CommonRefusal.NOT_FOUND;
import static dev.firstcome.problem.CommonRefusal.UNAUTHENTICATED;
import static dev.firstcome.problem.CommonRefusal.UNSUPPORTED_MEDIA_TYPE;
import static dev.firstcome.product.ProductRefusal.PRODUCT_NOT_FOUND;
import static dev.firstcome.product.ProductRefusal.PRODUCT_NOT_ON_SALE;
import static dev.firstcome.stock.StockRefusal.INSUFFICIENT_STOCK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.database.Database;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.problem.RefusalCheck.Ask;
import dev.firstcome.problem.RefusalCheck.Row;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AssignableTypeFilter;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The contract's table of refusals, row by row, on the whole shop through real HTTP. */
@ShopTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusalTableIT {

  private static final String API = "/api/v1";
  private static final String NOWHERE = "/999999999999999999";

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;
  private Sql sql;
  private RefusalCheck check;

  @BeforeEach
  void connect() {
    sql = new Sql(database);
    check = new RefusalCheck(port);
  }

  List<Row> rows() {
    return Stream.of(house(), catalogue(), coupons(), points(), orders())
        .flatMap(List::stream)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void refusesAsTheTableSays(Row row) {
    check.refusesInBothLanguages(row);
  }

  private List<Row> house() {
    return List.of(
        Row.of(INVALID_REQUEST, 400, () -> order("{\"items\":[],\"bogus\":1}"), "errors"),
        Row.of(INVALID_REQUEST, 400, () -> Ask.get(API + "/products?cursor=x", null), "errors"),
        Row.of(IDEMPOTENCY_KEY_REQUIRED, 400, () -> Ask.post(API + "/orders", anybody(), "{}")),
        Row.of(IDEMPOTENCY_KEY_INVALID, 400, () -> charge(anybody(), "k".repeat(65), 1)),
        Row.of(UNAUTHENTICATED, 401, () -> Ask.get(API + "/points", null))
            .with("WWW-Authenticate", "Bearer"),
        Row.of(UNAUTHENTICATED, 401, () -> Ask.get(API + "/points", tokens.expired("late")))
            .with("WWW-Authenticate", "Bearer .*invalid_token.*"),
        Row.of(FORBIDDEN, 403, () -> Ask.post(API + "/admin/products", anybody(), "{}"))
            .with("WWW-Authenticate", "Bearer .*insufficient_scope.*"),
        Row.of(NOT_FOUND, 404, () -> Ask.get(API + "/nothing", anybody())),
        Row.of(METHOD_NOT_ALLOWED, 405, () -> new Ask("DELETE", API + "/points", anybody(), null))
            .with("Allow", ".*GET.*PATCH.*|.*PATCH.*GET.*"),
        Row.of(NOT_ACCEPTABLE, 406, () -> Ask.get(API + "/products", null, "Accept", "text/html")),
        Row.of(BODY_TOO_LARGE, 413, () -> order("{\"items\":\"" + "x".repeat(64 * 1024) + "\"}")),
        Row.of(UNSUPPORTED_MEDIA_TYPE, 415, () -> order("{}").with("Content-Type", "text/plain")),
        Row.of(IDEMPOTENCY_KEY_REUSED, 422, this::reusedKey));
  }

  private List<Row> catalogue() {
    return List.of(
        Row.of(PRODUCT_NOT_FOUND, 404, () -> Ask.get(API + "/products" + NOWHERE, null)),
        Row.of(PRODUCT_NOT_FOUND, 404, () -> order(lines(999_999_999_999_999_999L, 1))),
        Row.of(PRODUCT_NOT_ON_SALE, 409, () -> order(lines(withdrawn(), 1)), "productId"),
        Row.of(INSUFFICIENT_STOCK, 409, () -> order(lines(sql.product(100, 2), 3)), "items"));
  }

  private List<Row> coupons() {
    return List.of(
        Row.of(COUPON_NOT_FOUND, 404, () -> Ask.get(API + "/coupons" + NOWHERE, null)),
        Row.of(COUPON_SOLD_OUT, 409, this::soldOut),
        Row.of(
            COUPON_NOT_OPEN,
            409,
            () -> issue(campaign("issuable_from = now() + interval '9 minutes'"), anybody()),
            "issuableFrom",
            "issuableUntil"),
        Row.of(
            ISSUED_COUPON_NOT_FOUND,
            404,
            () -> order(anybody(), couponed(sql.product(100, 9), UUID.randomUUID().toString()))),
        Row.of(COUPON_NOT_USABLE, 409, this::usedCoupon, "reason"),
        Row.of(
            COUPON_NOT_USABLE,
            409,
            () ->
                unusable(
                    "issuable_until = now() - interval '9 minutes',"
                        + " valid_until = now() - interval '9 minutes'"),
            "reason"),
        Row.of(COUPON_NOT_USABLE, 409, () -> unusable("min_order_amount = 1000000"), "reason"));
  }

  private List<Row> points() {
    return List.of(
        Row.of(INVALID_CHARGE_AMOUNT, 400, () -> charge(anybody(), "k", 0), "minimum", "maximum"),
        Row.of(INSUFFICIENT_POINTS, 409, this::poor, "balance", "required"),
        Row.of(POINT_LIMIT_EXCEEDED, 409, this::rich, "balance", "maximum"));
  }

  private List<Row> orders() {
    return List.of(
        Row.of(
            ORDER_NOT_FOUND, 404, () -> Ask.get(API + "/orders/" + UUID.randomUUID(), anybody())),
        Row.of(
            PAYMENT_NOT_FOUND,
            404,
            () -> Ask.get(API + "/payments/" + UUID.randomUUID(), anybody())),
        Row.of(ORDER_ALREADY_PAID, 409, this::paid, "paymentId"),
        Row.of(ORDER_NOT_PAYABLE, 409, () -> pay(expired()), "status"),
        Row.of(ORDER_NOT_CANCELLABLE, 409, () -> cancel(expired()), "status"));
  }

  @Test
  void everyRefusalOfTheShopIsInTheTable() throws ClassNotFoundException {
    Set<String> all = new TreeSet<>();
    ClassPathScanningCandidateComponentProvider scan =
        new ClassPathScanningCandidateComponentProvider(false);
    scan.addIncludeFilter(new AssignableTypeFilter(Refusal.class));
    for (var found : scan.findCandidateComponents("dev.firstcome")) {
      Class<?> type = ClassUtils.forName(String.valueOf(found.getBeanClassName()), null);
      for (Object refusal : type.getEnumConstants()) {
        all.add(((Refusal) refusal).name());
      }
    }
    Set<String> shown =
        Stream.of(rows(), OutageRefusalIT.rows(() -> null, () -> null, () -> null, () -> null))
            .flatMap(List::stream)
            .map(row -> row.code().name())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(all).isEqualTo(shown);
  }

  @Test
  void saysExactlyWhatIsAmiss() {
    long product = sql.product(100, 2);
    JsonNode body = body(check.send(order(lines(product, 3))));
    assertThat(body.path("items").toString())
        .isEqualTo("[{\"productId\":%d,\"requested\":3,\"available\":2}]".formatted(product));
    assertThat(body(check.send(pay(expired()))).path("status").asString()).isEqualTo("EXPIRED");
  }

  // How to get into each trouble.

  private String anybody() {
    return tokens.user(UUID.randomUUID().toString());
  }

  private static JsonNode body(HttpResponse<String> answer) {
    return JsonMapper.shared().readTree(answer.body());
  }

  private JsonNode done(Ask ask) {
    HttpResponse<String> answer = check.send(ask);
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    return body(answer);
  }

  private static Ask charge(String token, String key, long amount) {
    return Ask.patch(API + "/points", token, key, "{\"amount\":" + amount + "}");
  }

  private Ask order(String body) {
    return order(anybody(), body);
  }

  private static Ask order(String token, String body) {
    return Ask.post(API + "/orders", token, UUID.randomUUID().toString(), body);
  }

  private static String lines(long product, long quantity) {
    return "{\"items\":[{\"productId\":%d,\"quantity\":%d}]}".formatted(product, quantity);
  }

  private static String couponed(long product, String coupon) {
    return "{\"items\":[{\"productId\":%d,\"quantity\":1}],\"issuedCouponId\":\"%s\"}"
        .formatted(product, coupon);
  }

  private static Ask issue(long campaign, String token) {
    return new Ask("POST", API + "/coupons/" + campaign + "/issue", token, null);
  }

  /** An order and whose it is. */
  private record Ordered(String token, String id) {}

  private Ordered ordered() {
    String token = anybody();
    return new Ordered(
        token, done(order(token, lines(sql.product(100, 9), 1))).path("id").asString());
  }

  private static Ask pay(Ordered order) {
    String body = "{\"orderId\":\"" + order.id + "\"}";
    return Ask.post(API + "/payments", order.token, UUID.randomUUID().toString(), body);
  }

  private static Ask cancel(Ordered order) {
    return new Ask("POST", API + "/orders/" + order.id + "/cancel", order.token, null);
  }

  private Ask reusedKey() {
    String token = anybody();
    done(charge(token, "k", 1));
    return charge(token, "k", 2);
  }

  private long withdrawn() {
    long product = sql.product(100, 9);
    sql.run("UPDATE products SET on_sale = false WHERE id = $1", product);
    return product;
  }

  private long campaign(String change) {
    long campaign = sql.campaign(9);
    sql.run("UPDATE coupons SET " + change + " WHERE id = $1", campaign);
    return campaign;
  }

  private Ask soldOut() {
    long campaign = sql.campaign(1);
    done(issue(campaign, anybody()));
    return issue(campaign, anybody());
  }

  private Ask usedCoupon() {
    String token = anybody();
    long product = sql.product(5000, 9);
    String coupon = done(issue(sql.campaign(9), token)).path("id").asString();
    done(order(token, couponed(product, coupon)));
    return order(token, couponed(product, coupon));
  }

  private Ask unusable(String change) {
    String token = anybody();
    long campaign = sql.campaign(9);
    String coupon = done(issue(campaign, token)).path("id").asString();
    sql.run("UPDATE coupons SET " + change + " WHERE id = $1", campaign);
    return order(token, couponed(sql.product(100, 9), coupon));
  }

  private Ask poor() {
    return pay(ordered());
  }

  /** A user who was charged up to the limit, less one charge. */
  private Ask rich() {
    String user = UUID.randomUUID().toString();
    sql.run(
        """
        WITH balance AS (
          INSERT INTO point_balances (user_id, balance) VALUES ($1, 999999999))
        INSERT INTO point_entries (id, user_id, type, amount, balance_after, created_at)
        VALUES (gen_random_uuid(), $1, 'CHARGE', 999999999, 999999999, now())
        """,
        user);
    return charge(tokens.user(user), "k", 2);
  }

  private Ask paid() {
    Ordered order = ordered();
    done(charge(order.token, "k", 1000));
    done(pay(order));
    return pay(order);
  }

  private Ordered expired() {
    Ordered order = ordered();
    sql.run(
        "UPDATE orders SET payment_due_at = now() - interval '1 second' WHERE id = $1",
        UUID.fromString(order.id));
    return order;
  }
}
