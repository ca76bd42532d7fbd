package dev.firstcome.engine.webhook;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.AnswerRules;
import dev.firstcome.dev.ApiDocument;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.engine.webhook.Receiver.Answer;
import dev.firstcome.engine.webhook.Receiver.Received;
import dev.firstcome.harness.Patience;
import dev.firstcome.infra.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.function.Tuple2;
import tools.jackson.databind.JsonNode;

/** A shop that tells a platform, which has every trouble that a platform can have. */
@SpringBootTest(
    classes = Firstcome.class,
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "firstcome.events.secret=" + Receiver.SECRET,
      "firstcome.events.allow-private=true",
      "firstcome.events.connect-timeout=500ms",
      "firstcome.events.response-timeout=500ms",
      "firstcome.events.lease=2s",
      "firstcome.events.min-backoff=50ms",
      "firstcome.events.max-backoff=3s",
      "firstcome.events.probe-interval=200ms",
      "firstcome.outbox.interval=200ms",
      // One customer pays for all of it.
      "firstcome.limits.writes-burst=100000"
    })
@ContextConfiguration(initializers = OwnStores.class)
@NullUnmarked
class PlatformIT {

  private static final long PRICE = 100;

  /** Payments, and four times as many as refunds; {@code -Dplatform.payments=2000} takes longer. */
  private static final int SETTLED = Integer.getInteger("platform.payments", 200);

  /** For so long the platform is away at least. */
  private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("platform.away", 0));

  private static final Receiver PLATFORM = new Receiver();

  @Autowired private Database database;
  @LocalServerPort private int port;

  @Value("${firstcome.security.jwt-secret}")
  private String secret;

  private Sql sql;
  private Customer customer;
  private Shopper admin;
  private long product;

  @DynamicPropertySource
  static void whereItIs(DynamicPropertyRegistry properties) {
    properties.add("firstcome.events.url", PLATFORM::url);
  }

  @BeforeEach
  void startAnew() {
    PLATFORM.behave(request -> Answer.OK);
    sql = new Sql(database);
    await().atMost(SOON).until(() -> inStatus(EventStatus.PENDING) == 0);
    PLATFORM.forget();
    Tokens tokens = new Tokens(secret);
    customer = new Customer(tokens, port);
    admin = new Shopper("admin", tokens.admin("admin"), List.of(port));
    product = sql.product(PRICE, 5000);
  }

  @AfterAll
  static void close() {
    PLATFORM.close();
  }

  private long inStatus(EventStatus status) {
    return sql.number(
        "SELECT count(*) FROM outbox WHERE consumer = 'PLATFORM' AND status = $1", status.name());
  }

  private JsonNode event(String payment) {
    String id =
        sql.column(
                "SELECT id FROM outbox WHERE consumer = 'PLATFORM' AND subject = $1",
                UUID.fromString(payment))
            .get(0);
    for (JsonNode event : admin.get("/admin/events?limit=100").body().path("items")) {
      if (event.path("id").asString().equals(id)) {
        return event;
      }
    }
    throw new AssertionError("not listed: " + id);
  }

  private static List<Received> about(String payment) {
    return PLATFORM.received().stream().filter(r -> r.payment().equals(payment)).toList();
  }

  private void awaitStatus(String payment, EventStatus status) {
    await()
        .atMost(SOON)
        .until(() -> event(payment).path("status").asString().equals(status.name()));
  }

  /** Every payment was kept at least once; whatever came was genuine and always the same. */
  private static void requireArrived(List<String> payments) {
    List<Received> all = PLATFORM.received();
    assertThat(all).allMatch(Received::genuine);
    assertThat(all).allMatch(received -> AnswerRules.faultsOfInstants(received.body()).isEmpty());
    assertThat(
            all.stream()
                .filter(r -> r.answer().equals(Answer.OK))
                .map(Received::payment)
                .collect(toSet()))
        .isEqualTo(new HashSet<>(payments));
    Map<String, Set<String>> ids =
        all.stream().collect(groupingBy(Received::payment, mapping(Received::id, toSet())));
    assertThat(ids.values()).allMatch(same -> same.size() == 1);
    assertThat(all.stream().map(Received::id).distinct()).hasSize(payments.size());
    assertThat(all.stream().map(Received::body).distinct()).hasSize(payments.size());
  }

  @Test
  void tellsWhatWasPaid() {
    String order = customer.orders(1, product, 3).get(0);
    String payment = customer.paying(order).block(SOON);
    awaitStatus(payment, EventStatus.DELIVERED);

    requireArrived(List.of(payment));
    JsonNode body = about(payment).get(0).json();
    ApiDocument document = ApiDocument.read();
    JsonNode documented = document.tree().at("/components/schemas/PaymentCompleted");
    assertThat(document.faults(body, documented)).isEmpty();
    assertThat(body.propertyNames()).containsExactly("type", "timestamp", "data");
    assertThat(body.path("type").asString()).isEqualTo("payment.completed");
    assertThat(Instant.parse(body.path("timestamp").asString()))
        .isEqualTo(body.at("/data/paidAt").asString());
    assertThat(body.path("data").propertyNames())
        .containsExactly("paymentId", "orderId", "userId", "amount", "paidAt", "items");
    assertThat(body.at("/data/orderId").asString()).isEqualTo(order);
    assertThat(body.at("/data/userId").asString()).isEqualTo(customer.userId());
    assertThat(body.at("/data/amount").asLong()).isEqualTo(3 * PRICE);
    assertThat(body.at("/data/items").toString())
        .isEqualTo("[{\"productId\":%s,\"quantity\":3,\"amount\":300}]".formatted(product));
    JsonNode event = event(payment);
    assertThat(event.path("attempts").asInt()).isEqualTo(1);
    assertThat(event.path("lastError").isNull()).isTrue();
    assertThat(event.path("nextAttemptAt").isNull()).isTrue();
    assertThat(about(payment).get(0).id()).isEqualTo("evt_" + event.path("id").asString());
  }

  /** Many formats leave the zeros of a whole second out. */
  @Test
  void writesInstantsAsEveryAnswerDoes() {
    PLATFORM.stop();
    String payment = customer.pay(1, product).get(0);
    UUID id = UUID.fromString(payment);
    sql.run("UPDATE payments SET paid_at = date_trunc('second', paid_at) WHERE id = $1", id);
    sql.run(
        "UPDATE outbox SET created_at = date_trunc('second', created_at) WHERE subject = $1", id);
    PLATFORM.start();
    awaitStatus(payment, EventStatus.DELIVERED);

    String body = about(payment).get(0).body();
    assertThat(body).containsPattern("\"paidAt\":\"[^\"]+\\.000000Z\"");
    assertThat(AnswerRules.faultsOfInstants(body)).isEmpty();
  }

  @Test
  void deliversEverythingToAPlatformThatWasAway() {
    PLATFORM.stop();
    List<String> payments = customer.pay(100, product);
    await()
        .atMost(SOON)
        .until(() -> sql.number("SELECT count(*) FROM outbox WHERE last_error IS NOT NULL") > 0);

    assertThat(inStatus(EventStatus.PENDING)).isEqualTo(100);
    assertThat(sql.column("SELECT DISTINCT last_error FROM outbox WHERE last_error IS NOT NULL"))
        .containsExactly("could not connect");
    // Most were not even touched: the breaker knows after a few.
    assertThat(sql.number("SELECT count(*) FROM outbox WHERE status = 'PENDING' AND attempts = 0"))
        .isGreaterThan(50);
    PLATFORM.start();
    await().atMost(SOON).until(() -> inStatus(EventStatus.PENDING) == 0);
    requireArrived(payments);
  }

  @Test
  void deliversEverythingWhateverThePlatformDoes() {
    try (Receiver elsewhere = new Receiver()) {
      List<Answer> troubles =
          List.of(
              Answer.NEVER,
              Answer.CLOSE,
              Answer.status(500),
              Answer.status(503),
              Answer.status(408),
              Answer.status(429, "Retry-After", "1"),
              Answer.status(302, "Location", elsewhere.url()));
      AtomicInteger requests = new AtomicInteger();
      PLATFORM.behave(
          request -> {
            int n = requests.getAndIncrement();
            return n % 3 > 0 ? Answer.OK : troubles.get(n / 3 % troubles.size());
          });
      List<String> payments = customer.pay(50, product);
      await().atMost(SOON).until(() -> inStatus(EventStatus.PENDING) == 0);

      requireArrived(payments);
      assertThat(PLATFORM.received().stream().map(Received::answer))
          .containsAll(troubles)
          .hasSizeGreaterThan(payments.size());
      assertThat(elsewhere.received()).isEmpty();
    }
  }

  /** Away for a while, then unwell every third time: its books are the ledger's. */
  @Test
  void tellsThePlatformOfAllThatWasPaidAndRefunded() {
    PLATFORM.stop();
    long back = System.nanoTime() + AWAY.toNanos();
    List<String> orders = customer.orders(SETTLED, product, 2);
    Flux.fromIterable(orders).flatMap(customer::paying, 32).blockLast(SOON);
    List<String> refunded = orders.subList(0, SETTLED / 4);
    Flux.fromIterable(refunded).concatMap(this::refundingOneUnit).blockLast(SOON);
    await()
        .atMost(SOON)
        .until(() -> sql.number("SELECT count(*) FROM outbox WHERE last_error IS NOT NULL") > 0);
    AtomicInteger requests = new AtomicInteger();
    PLATFORM.behave(
        request -> requests.getAndIncrement() % 3 == 0 ? Answer.status(500) : Answer.OK);
    await().atMost(SOON.plus(AWAY)).until(() -> System.nanoTime() - back >= 0);
    PLATFORM.start();
    await().atMost(SOON.plus(AWAY)).until(() -> inStatus(EventStatus.PENDING) == 0);

    Map<String, JsonNode> kept = new HashMap<>();
    PLATFORM.received().stream()
        .filter(received -> received.answer().equals(Answer.OK))
        .forEach(received -> kept.put(received.id(), received.json()));
    ApiDocument document = ApiDocument.read();
    JsonNode documented = document.tree().at("/components/schemas/PaymentRefunded");
    List<JsonNode> refunds = ofType(kept.values(), "payment.refunded");
    assertThat(refunds).hasSize(refunded.size());
    assertThat(refunds).allMatch(refund -> document.faults(refund, documented).isEmpty());
    assertThat(AnswerRules.faultsOfInstants(refunds.toString())).isEmpty();
    assertThat(refunds.stream().map(refund -> refund.at("/data/orderId").asString()))
        .containsExactlyInAnyOrderElementsOf(refunded);
    List<JsonNode> payments = ofType(kept.values(), "payment.completed");
    assertThat(payments).hasSize(SETTLED);
    long paid = sum(payments);
    assertThat(paid).isEqualTo(SETTLED * 2 * PRICE);
    assertThat(paid - sum(refunds))
        .isEqualTo(
            sql.number(
                """
                SELECT -sum(amount)::bigint FROM point_entries
                WHERE user_id = $1 AND order_id IS NOT NULL
                """,
                customer.userId()));
  }

  private Mono<Shopper.Answer> refundingOneUnit(String order) {
    String body =
        "{\"items\":[{\"productId\":%s,\"quantity\":1}],\"restock\":true,\"reason\":\"broken\"}"
            .formatted(product);
    return admin
        .sending(HttpMethod.POST, "/admin/orders/" + order + "/refunds", "refund-" + order, body)
        .doOnNext(answer -> assertThat(answer.outcome()).isEqualTo("201"));
  }

  private static List<JsonNode> ofType(Collection<JsonNode> events, String type) {
    return events.stream().filter(event -> event.path("type").asString().equals(type)).toList();
  }

  private static long sum(List<JsonNode> events) {
    return events.stream().mapToLong(event -> event.at("/data/amount").asLong()).sum();
  }

  @Test
  void comesBackWhenItIsTold() {
    AtomicInteger calls = new AtomicInteger();
    PLATFORM.behave(
        request ->
            calls.getAndIncrement() == 0 ? Answer.status(429, "Retry-After", "2") : Answer.OK);
    String payment = customer.pay(1, product).get(0);
    await().atMost(SOON).until(() -> about(payment).size() == 1);
    awaitStatus(payment, EventStatus.DELIVERED);

    List<Received> received = about(payment);
    assertThat(received).hasSize(2);
    assertThat(Duration.between(received.get(0).at(), received.get(1).at()))
        .isBetween(Duration.ofMillis(1900), Patience.of(Duration.ofSeconds(5)));
  }

  /** An unwell platform means "later", whatever it says: its gateway may know no event at all. */
  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 410, 500})
  void givesUpNothingWhileThePlatformAcceptsNothing(int status) {
    PLATFORM.behave(request -> Answer.status(status));
    List<String> payments = customer.pay(20, product);
    await().atMost(SOON).until(() -> PLATFORM.received().size() >= 15);

    assertThat(inStatus(EventStatus.DEAD)).isZero();
    PLATFORM.behave(request -> Answer.OK);
    await().atMost(SOON).until(() -> inStatus(EventStatus.PENDING) == 0);
    assertThat(inStatus(EventStatus.DEAD)).isZero();
    requireArrived(payments);
  }

  @Test
  void givesUpWhatIsRefusedWhileOthersAreAcceptedAndRedeliversWhenAsked() {
    Set<String> unwanted = ConcurrentHashMap.newKeySet();
    PLATFORM.behave(
        request -> unwanted.contains(request.payment()) ? Answer.status(422) : Answer.OK);
    String order = customer.orders(1, product, 1).get(0);
    PLATFORM.behave(request -> Answer.status(422));
    String payment = customer.paying(order).block(SOON);
    unwanted.add(payment);
    await().atMost(SOON).until(() -> !about(payment).isEmpty());
    PLATFORM.behave(
        request -> unwanted.contains(request.payment()) ? Answer.status(422) : Answer.OK);
    customer.pay(1, product);
    awaitStatus(payment, EventStatus.DEAD);
    JsonNode dead = event(payment);
    String path = "/admin/events/" + dead.path("id").asString() + "/redeliver";

    assertThat(dead.path("lastError").asString()).isEqualTo("HTTP status 422");
    assertThat(admin.get("/admin/events?status=DEAD").body().path("items"))
        .anyMatch(event -> event.equals(dead));
    unwanted.clear();
    Shopper.Answer all =
        Shopper.atOnce(
                List.of(admin.sending(HttpMethod.POST, "/admin/events/redeliver?status=DEAD")))
            .get(0);
    assertThat(all.code()).isEqualTo(202);
    assertThat(all.body().path("count").asLong()).isEqualTo(1);
    awaitStatus(payment, EventStatus.DELIVERED);
    // And once more, although it is delivered.
    int before = about(payment).size();
    assertThat(Shopper.atOnce(List.of(admin.sending(HttpMethod.POST, path))).get(0).code())
        .isEqualTo(202);
    await().atMost(SOON).until(() -> about(payment).size() > before);
  }

  @Test
  void showsAdministratorsTheEventsPageByPage() {
    customer.pay(5, product);
    await().atMost(SOON).until(() -> inStatus(EventStatus.PENDING) == 0);
    List<String> created = new ArrayList<>();
    String cursor = "";
    for (int page = 0; page < 3; page++) {
      JsonNode slice = admin.get("/admin/events?status=DELIVERED&limit=2&cursor=" + cursor).body();
      slice.path("items").forEach(event -> created.add(event.path("createdAt").asString()));
      cursor = slice.path("nextCursor").asString("");
    }

    assertThat(created)
        .hasSizeGreaterThanOrEqualTo(5)
        .isSortedAccordingTo(
            Collections.reverseOrder((a, b) -> Instant.parse(a).compareTo(Instant.parse(b))));
  }

  @Test
  void refusesWhatAdministratorsCannotMean() {
    Shopper.Answer unknown = admin.get("/admin/events?status=LOST");
    String path = "/admin/events/" + UUID.randomUUID() + "/redeliver";

    assertThat(unknown.outcome()).isEqualTo("400 INVALID_REQUEST");
    assertThat(unknown.body().at("/errors/0/field").asString()).isEqualTo("status");
    assertThat(unknown.body().at("/errors/0/message").asString())
        .isEqualTo("must be one of PENDING, DELIVERED, DEAD");
    assertThat(Shopper.atOnce(List.of(admin.sending(HttpMethod.POST, path))).get(0).outcome())
        .isEqualTo("404 EVENT_NOT_FOUND");
  }

  /** In turns, and the best of each: whatever else the machine does hits all alike. */
  @Test
  void slowsDownNoPayment() {
    customer.pay(200, product);
    Map<String, List<Long>> p99 = new TreeMap<>();
    for (int round = 0; round < 2; round++) {
      PLATFORM.behave(request -> Answer.OK);
      await().atMost(SOON).until(() -> inStatus(EventStatus.PENDING) == 0);
      p99.computeIfAbsent("well", name -> new ArrayList<>()).add(p99());
      PLATFORM.behave(request -> Answer.NEVER);
      p99.computeIfAbsent("hanging", name -> new ArrayList<>()).add(p99());
      PLATFORM.behave(request -> Answer.status(500));
      p99.computeIfAbsent("failing", name -> new ArrayList<>()).add(p99());
      PLATFORM.stop();
      p99.computeIfAbsent("away", name -> new ArrayList<>()).add(p99());
      PLATFORM.start();
    }
    PLATFORM.behave(request -> Answer.OK);

    System.out.println("p99 of payments in ms, by how the platform is: " + p99);
    long noise = 2 * Collections.min(p99.get("well")) + 50;
    assertThat(p99.values()).allMatch(rounds -> Collections.min(rounds) < noise);
  }

  private long p99() {
    List<String> orders = customer.orders(100, product, 1);
    List<Long> took =
        Flux.fromIterable(orders)
            .flatMap(order -> customer.paying(order).elapsed(), 8)
            .map(Tuple2::getT1)
            .collectSortedList()
            .block(SOON);
    return took.get(took.size() * 99 / 100 - 1);
  }
}
