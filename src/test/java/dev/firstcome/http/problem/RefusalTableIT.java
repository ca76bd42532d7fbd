package dev.firstcome.http.problem;

import static dev.firstcome.refusal.CommonRefusal.BODY_TOO_LARGE;
import static dev.firstcome.refusal.CommonRefusal.FORBIDDEN;
import static dev.firstcome.refusal.CommonRefusal.IDEMPOTENCY_KEY_INVALID;
import static dev.firstcome.refusal.CommonRefusal.IDEMPOTENCY_KEY_REQUIRED;
import static dev.firstcome.refusal.CommonRefusal.IDEMPOTENCY_KEY_REUSED;
import static dev.firstcome.refusal.CommonRefusal.INVALID_REQUEST;
import static dev.firstcome.refusal.CommonRefusal.METHOD_NOT_ALLOWED;
import static dev.firstcome.refusal.CommonRefusal.NOT_ACCEPTABLE;
import static dev.firstcome.refusal.CommonRefusal.NOT_FOUND;
import static dev.firstcome.refusal.CommonRefusal.UNAUTHENTICATED;
import static dev.firstcome.refusal.CommonRefusal.UNSUPPORTED_MEDIA_TYPE;
import static dev.firstcome.refusal.CommonRefusal.VERSION_CHANGED;
import static dev.firstcome.shop.coupon.CouponRefusal.COUPON_NOT_FOUND;
import static dev.firstcome.shop.coupon.CouponRefusal.COUPON_NOT_OPEN;
import static dev.firstcome.shop.coupon.CouponRefusal.COUPON_NOT_USABLE;
import static dev.firstcome.shop.coupon.CouponRefusal.COUPON_SOLD_OUT;
import static dev.firstcome.shop.coupon.CouponRefusal.ISSUED_COUPON_NOT_FOUND;
import static dev.firstcome.shop.coupon.CouponRefusal.QUANTITY_BELOW_ISSUED;
import static dev.firstcome.shop.desk.DeskRefusal.EVENT_NOT_FOUND;
import static dev.firstcome.shop.drop.DropRefusal.DROP_NOT_FOUND;
import static dev.firstcome.shop.drop.DropRefusal.DROP_NOT_OPEN;
import static dev.firstcome.shop.drop.DropRefusal.PRODUCT_IN_ANOTHER_DROP;
import static dev.firstcome.shop.line.LineRefusal.ADMISSION_EXPIRED;
import static dev.firstcome.shop.line.LineRefusal.NOT_YOUR_TURN;
import static dev.firstcome.shop.line.LineRefusal.TICKET_NOT_FOUND;
import static dev.firstcome.shop.line.LineRefusal.TICKET_REQUIRED;
import static dev.firstcome.shop.order.OrderRefusal.ORDER_ALREADY_PAID;
import static dev.firstcome.shop.order.OrderRefusal.ORDER_NOT_CANCELLABLE;
import static dev.firstcome.shop.order.OrderRefusal.ORDER_NOT_FOUND;
import static dev.firstcome.shop.order.OrderRefusal.ORDER_NOT_PAYABLE;
import static dev.firstcome.shop.order.OrderRefusal.ORDER_NOT_REFUNDABLE;
import static dev.firstcome.shop.order.OrderRefusal.PRICE_CHANGED;
import static dev.firstcome.shop.order.OrderRefusal.PURCHASE_LIMIT_EXCEEDED;
import static dev.firstcome.shop.order.OrderRefusal.REFUND_EXCEEDS_ORDER;
import static dev.firstcome.shop.payment.PaymentRefusal.PAYMENT_NOT_FOUND;
import static dev.firstcome.shop.point.PointRefusal.INSUFFICIENT_POINTS;
import static dev.firstcome.shop.point.PointRefusal.INVALID_CHARGE_AMOUNT;
import static dev.firstcome.shop.point.PointRefusal.POINT_LIMIT_EXCEEDED;
import static dev.firstcome.shop.product.ProductRefusal.PRODUCT_NOT_FOUND;
import static dev.firstcome.shop.product.ProductRefusal.PRODUCT_NOT_ON_SALE;
import static dev.firstcome.shop.stock.StockRefusal.INSUFFICIENT_STOCK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.http.problem.RefusalCheck.Ask;
import dev.firstcome.http.problem.RefusalCheck.Row;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.refusal.Refusal;
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
    return Stream.of(house(), catalogue(), drops(), lines(), coupons(), points(), orders())
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
        Row.of(VERSION_CHANGED, 412, this::changedMeanwhile),
        Row.of(IDEMPOTENCY_KEY_REUSED, 422, this::reusedKey));
  }

  private List<Row> catalogue() {
    return List.of(
        Row.of(PRODUCT_NOT_FOUND, 404, () -> Ask.get(API + "/products" + NOWHERE, null)),
        Row.of(PRODUCT_NOT_FOUND, 404, () -> order(lines(999_999_999_999_999_999L, 1))),
        Row.of(PRODUCT_NOT_ON_SALE, 409, () -> order(lines(withdrawn(), 1)), "productId"),
        Row.of(EVENT_NOT_FOUND, 404, this::noEvent),
        Row.of(INSUFFICIENT_STOCK, 409, () -> order(lines(sql.product(100, 2), 3)), "items"));
  }

  private List<Row> drops() {
    String opening = "2999-01-01T00:00:00Z";
    return List.of(
        Row.of(DROP_NOT_FOUND, 404, () -> Ask.get(API + "/drops" + NOWHERE, null)),
        Row.of(
            DROP_NOT_OPEN,
            409,
            () -> order(lines(inDrop(opening), 1)),
            "dropId",
            "dropStatus",
            "opensAt",
            "closesAt",
            "serverTime"),
        Row.of(
            PRODUCT_IN_ANOTHER_DROP,
            409,
            () -> drop(opening, inDrop(opening)),
            "productId",
            "dropId"),
        Row.of(
            PURCHASE_LIMIT_EXCEEDED,
            409,
            () -> order(lines(limited(), 3)),
            "productId",
            "limit",
            "bought",
            "pending",
            "requested"),
        Row.of(
            PRICE_CHANGED,
            409,
            () -> order(lines(sql.product(100, 2), 1).replaceAll("}$", ",\"expectedTotal\":99}")),
            "expectedTotal",
            "total"));
  }

  private List<Row> lines() {
    return List.of(
        Row.of(
            TICKET_NOT_FOUND, 404, () -> Ask.get(API + "/drops" + NOWHERE + "/ticket", anybody())),
        Row.of(TICKET_REQUIRED, 409, () -> order(lines(inLine(""), 1)), "dropId"),
        Row.of(
            NOT_YOUR_TURN,
            409,
            () -> inTurn("'WAITING', 1, NULL::timestamptz, NULL::timestamptz"),
            "dropId",
            "number",
            "ahead",
            "pollAfter"),
        Row.of(
            ADMISSION_EXPIRED,
            409,
            () -> inTurn("'ADMITTED', 1, now(), now()"),
            "dropId",
            "number",
            "ahead",
            "pollAfter"));
  }

  /** A product in an open drop with a line in which nobody is admitted: nothing is left in it. */
  private long inLine(String user) {
    long product = inDrop("2026-01-01T00:00:00Z");
    sql.run("UPDATE stock SET quantity = 0 WHERE product_id = $1", product);
    sql.run(
        """
        INSERT INTO drop_lines (drop_id, seed, admission_seconds, absent_seconds, last_number,
          opened_at, shuffled_at)
        SELECT drop_id, sha256(convert_to($2, 'UTF8')), 120, 300, 1, now(), now()
        FROM products WHERE id = $1
        """,
        product,
        user);
    return product;
  }

  private Ask inTurn(String statusNumberAdmittedAndUntil) {
    String user = UUID.randomUUID().toString();
    long product = inLine(user);
    sql.run(
        """
        INSERT INTO tickets (drop_id, user_id, pooled, heard_at, status, number, admitted_at,
          admitted_until)
        SELECT drop_id, $2, false, now(), %s FROM products WHERE id = $1
        """
            .formatted(statusNumberAdmittedAndUntil),
        product,
        user);
    return order(tokens.user(user), lines(product, 1));
  }

  private List<Row> coupons() {
    return List.of(
        Row.of(COUPON_NOT_FOUND, 404, () -> Ask.get(API + "/coupons" + NOWHERE, null)),
        Row.of(COUPON_SOLD_OUT, 409, this::soldOut),
        Row.of(
            COUPON_NOT_OPEN,
            409,
            () -> issue(campaign("issuable_from = now() + interval '9 minutes'"), anybody()),
            "campaignStatus",
            "issuableFrom",
            "issuableUntil",
            "serverTime"),
        Row.of(
            COUPON_NOT_OPEN,
            409,
            () -> issue(campaign("paused = true"), anybody()),
            "campaignStatus",
            "issuableFrom",
            "issuableUntil",
            "serverTime"),
        Row.of(QUANTITY_BELOW_ISSUED, 409, this::fewerThanIssued, "issued"),
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
        Row.of(ORDER_NOT_PAYABLE, 409, () -> pay(expired()), "orderStatus"),
        Row.of(ORDER_NOT_CANCELLABLE, 409, () -> cancel(expired()), "orderStatus"),
        Row.of(
            ORDER_NOT_REFUNDABLE,
            409,
            () -> refund(expired(), "{\"restock\":true,\"reason\":\"late\"}"),
            "orderStatus"),
        Row.of(
            REFUND_EXCEEDS_ORDER,
            409,
            () ->
                refund(
                    bought(),
                    "{\"items\":[{\"productId\":1,\"quantity\":9}],\"restock\":true,"
                        + "\"reason\":\"late\"}"),
            "items"));
  }

  @Test
  void everyRefusalOfTheShopIsInTheTable() throws ClassNotFoundException {
    Set<String> all = new TreeSet<>();
    ClassPathScanningCandidateComponentProvider scan =
        new ClassPathScanningCandidateComponentProvider(false);
    scan.addIncludeFilter(new AssignableTypeFilter(Refusal.class));
    for (var found : scan.findCandidateComponents("dev.firstcome")) {
      Class<?> type = ClassUtils.forName(String.valueOf(found.getBeanClassName()), null);
      // One of the tests is none of the shop.
      Object[] refusals = type.isEnum() ? type.getEnumConstants() : new Object[0];
      for (Object refusal : refusals) {
        all.add(((Refusal) refusal).name());
      }
    }
    Set<String> shown =
        Stream.of(rows(), OutageRefusalIT.rows(() -> null, () -> null, () -> null, () -> null))
            .flatMap(List::stream)
            .map(row -> row.code().name())
            .collect(Collectors.toCollection(TreeSet::new));
    // This shop does not limit unpaid orders: MaxPendingIT shows it.
    shown.add("TOO_MANY_PENDING_ORDERS");
    assertThat(all).isEqualTo(shown);
  }

  @Test
  void saysExactlyWhatIsAmiss() {
    long product = sql.product(100, 2);
    JsonNode body = body(check.send(order(lines(product, 3))));
    assertThat(body.path("items").toString())
        .isEqualTo("[{\"productId\":%s,\"requested\":3,\"available\":2}]".formatted(product));
    assertThat(body(check.send(pay(expired()))).path("orderStatus").asString())
        .isEqualTo("EXPIRED");
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
    return "{\"items\":[{\"productId\":%s,\"quantity\":%s}]}".formatted(product, quantity);
  }

  private static String couponed(long product, String coupon) {
    return "{\"items\":[{\"productId\":%s,\"quantity\":1}],\"issuedCouponId\":\"%s\"}"
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

  private Ordered bought() {
    Ordered order = ordered();
    done(charge(order.token, "k", 1000));
    done(pay(order));
    return order;
  }

  private Ask refund(Ordered order, String body) {
    String path = API + "/admin/orders/" + order.id + "/refunds";
    return Ask.post(path, tokens.admin("admin"), UUID.randomUUID().toString(), body);
  }

  private Ask drop(String opensAt, long product) {
    String body =
        "{\"name\":\"drop\",\"productIds\":[%s],\"opensAt\":\"%s\",\"closesAt\":\"2999-01-02T00:00:00Z\"}";
    return Ask.post(API + "/admin/drops", tokens.admin("admin"), body.formatted(product, opensAt));
  }

  private long inDrop(String opensAt) {
    long product = sql.product(100, 9);
    done(drop(opensAt, product));
    return product;
  }

  private long limited() {
    long product = sql.product(100, 9);
    sql.run("UPDATE products SET max_per_user = 2 WHERE id = $1", product);
    return product;
  }

  private Ask fewerThanIssued() {
    long campaign = sql.campaign(9);
    done(issue(campaign, anybody()));
    done(issue(campaign, anybody()));
    return new Ask(
        "PATCH",
        API + "/admin/coupons/" + campaign,
        tokens.admin("admin"),
        "{\"totalQuantity\":1}");
  }

  private Ask changedMeanwhile() {
    String path = API + "/admin/products/" + sql.product(100, 9);
    String admin = tokens.admin("admin");
    done(new Ask("PATCH", path, admin, "{\"price\":101}"));
    return new Ask("PATCH", path, admin, "{\"price\":102}", "If-Match", "\"1\"");
  }

  private Ask noEvent() {
    String path = API + "/admin/events/" + UUID.randomUUID() + "/redeliver";
    return new Ask("POST", path, tokens.admin("admin"), null);
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
