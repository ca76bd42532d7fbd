package dev.firstcome.http.sse;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.AnswerRules;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.harness.Received;
import dev.firstcome.http.dispatch.Wire;
import dev.firstcome.infra.postgres.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestPropertySource;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Streams as a client hears them, from a shop with little room. */
@ShopTest
@TestPropertySource(
    properties = {
      "firstcome.streams.period=200ms",
      "firstcome.streams.clients=4",
      "firstcome.streams.topics=2",
      "firstcome.streams.heartbeat=600ms"
    })
@DirtiesContext
@NullUnmarked
class StreamIT {

  private static final ParameterizedTypeReference<ServerSentEvent<String>> EVENT =
      new ParameterizedTypeReference<>() {};

  @Autowired Database database;
  @Autowired Tokens tokens;
  @Autowired MeterRegistry meters;
  @Autowired Streams streams;
  @LocalServerPort int port;

  private Sql sql;
  private WebClient client;

  @BeforeEach
  void connect() {
    sql = new Sql(database);
    client = WebClient.create("http://localhost:" + port + "/api/v1");
  }

  /** Whoever leaves frees his place, in every test. */
  @AfterEach
  void nobodyIsLeft() {
    await().atMost(SOON).until(() -> open() == 0);
  }

  private double open() {
    return Objects.requireNonNull(meters.find("firstcome.streams.clients").gauge()).value();
  }

  private static String coupon(long campaign) {
    return "/coupons/" + campaign + "/stream";
  }

  private Flux<ServerSentEvent<String>> raw(String path, String... header) {
    WebClient.RequestHeadersSpec<?> request =
        client.get().uri(path).accept(MediaType.TEXT_EVENT_STREAM);
    if (header.length == 2) {
      request.header(header[0], header[1]);
    }
    return request.retrieve().bodyToFlux(EVENT);
  }

  private Flux<JsonNode> events(String path) {
    return raw(path)
        .filter(event -> event.data() != null)
        .map(event -> JsonMapper.shared().readTree(event.data()));
  }

  /** Of an answer that is no stream. */
  private int status(String path) {
    return client
        .get()
        .uri(path)
        .accept(MediaType.TEXT_EVENT_STREAM)
        .exchangeToMono(response -> response.releaseBody().thenReturn(response.statusCode()))
        .block(SOON)
        .value();
  }

  private void issue(long campaign, String user) {
    Shopper shopper = new Shopper(user, tokens.user(user), List.of(port));
    assertThat(
            Shopper.atOnce(
                    1, i -> shopper.sending(HttpMethod.POST, "/coupons/" + campaign + "/issue"))
                .get(0)
                .code())
        .isEqualTo(201);
  }

  @Test
  void showsHowManyCouponsAreLeftAndEachChange() {
    long campaign = sql.campaign(2);
    try (Received<JsonNode> levels = Received.of(events(coupon(campaign)))) {
      JsonNode level = levels.get(0);
      assertThat(level.path("couponId").asLong()).isEqualTo(campaign);
      assertThat(level.path("totalQuantity").asLong()).isEqualTo(2);
      assertThat(level.path("remainingQuantity").asLong()).isEqualTo(2);
      assertThat(level.path("phase").asString()).isEqualTo("OPEN");
      issue(campaign, "first-" + campaign);
      assertThat(levels.get(1).path("remainingQuantity").asLong()).isEqualTo(1);
      issue(campaign, "second-" + campaign);
      assertThat(levels.get(2).path("phase").asString()).isEqualTo("SOLD_OUT");
    }
  }

  @Test
  void tellsOfManyChangesWithFewEvents() {
    long campaign = sql.campaign(500);
    Runnable rush =
        () -> {
          for (int left = 499; left >= 0; left--) {
            int issued = 500 - left;
            sql.run("UPDATE coupons SET issued_quantity = $2 WHERE id = $1", campaign, issued);
          }
        };
    List<Long> seen =
        events(coupon(campaign))
            .map(level -> level.path("remainingQuantity").asLong())
            .doOnSubscribe(s -> CompletableFuture.runAsync(rush))
            .takeUntil(left -> left == 0)
            .collectList()
            .block(SOON);
    assertThat(seen).isSortedAccordingTo((a, b) -> Long.compare(b, a)).doesNotHaveDuplicates();
    assertThat(seen.size()).isLessThan(250);
    sql.run("UPDATE coupons SET issued_quantity = 0 WHERE id = $1", campaign);
  }

  @Test
  void doesNotRepeatWhatTheClientHasSeenAndSaysThatItIsThere() {
    long campaign = sql.campaign(5);
    String id =
        Objects.requireNonNull(
            raw(coupon(campaign)).filter(event -> event.data() != null).blockFirst(SOON).id());
    StepVerifier.create(raw(coupon(campaign), "Last-Event-ID", id).take(3))
        .assertNext(
            hello ->
                assertThat(hello.retry()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4)))
        .assertNext(heartbeat -> assertThat(heartbeat.data()).isNull())
        .assertNext(heartbeat -> assertThat(heartbeat.data()).isNull())
        .expectComplete()
        .verify(SOON);
  }

  @Test
  void tellsEachClientAnotherMomentToComeBack() {
    String path = coupon(sql.campaign(5));
    Set<Duration> heard = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      heard.add(Objects.requireNonNull(raw(path).blockFirst(SOON)).retry());
      await().atMost(SOON).until(() -> open() == 0);
    }
    assertThat(heard).hasSizeGreaterThan(1);
  }

  @Test
  void sendsNoChunksToHttp10AndEndsWithTheConnection() throws IOException {
    long campaign = sql.campaign(5);
    try (Wire wire = new Wire(port)) {
      wire.send("GET /api/v1" + coupon(campaign) + " HTTP/1.0\r\nConnection: keep-alive\r\n")
          .send("Accept: text/event-stream\r\n\r\n");
      String begin = wire.readUntil("\"remainingQuantity\":5");
      await().atMost(SOON).until(() -> open() == 1);
      issue(campaign, "old-" + campaign);
      String rest = wire.readUntil("\"remainingQuantity\":4") + wire.readUntil("\n\n");
      streams.stop();
      String whole = begin + rest + wire.readToEnd();
      assertThat(whole)
          .containsIgnoringCase("connection: close")
          .doesNotContainIgnoringCase("transfer-encoding");
      String body = whole.substring(whole.indexOf("\r\n\r\n") + 4);
      assertThat(body).startsWith("retry: ").doesNotContain("\r").endsWith("\n\n");
    } finally {
      streams.stop();
      streams.start();
    }
  }

  @Test
  void showsTheBestSellersToAnybody() {
    JsonNode popular = events("/products/popular/stream").blockFirst(SOON);
    assertThat(popular.path("items").isArray()).isTrue();
  }

  /** The first state, and one that is sent to those who watch. */
  @Test
  void writesInstantsAsEveryAnswerDoes() {
    long product = sql.product(100, 5);
    long drop = newDrop(product);
    try (Received<JsonNode> states = Received.of(events("/drops/" + drop + "/stream"))) {
      assertThat(states.get(0).path("opensAt").asString()).isEqualTo("2030-01-04T11:00:00.000000Z");
      sql.run("UPDATE drops SET name = 'another' WHERE id = $1", drop);
      List<JsonNode> both = List.of(states.get(0), states.get(1));
      assertThat(both).allMatch(state -> state.path("serverTime").isString());
      assertThat(AnswerRules.faultsOfInstants(both.toString())).isEmpty();
    }
  }

  private long newDrop(long product) {
    Shopper admin = new Shopper("admin", tokens.admin("admin"), List.of(port));
    String body =
        "{\"name\":\"Friday\",\"productIds\":[%s],\"opensAt\":\"2030-01-04T11:00:00Z\"}"
            .formatted(product);
    Shopper.Answer made = admin.send(HttpMethod.POST, "/admin/drops", "drop-" + product, body);
    assertThat(made.code()).as(made.body().toString()).isEqualTo(201);
    return made.body().path("id").asLong();
  }

  @Test
  void knowsNoCampaignThatThereIsNot() {
    assertThat(status(coupon(999_999_999))).isEqualTo(404);
    assertThat(status("/coupons/none/stream")).isEqualTo(404);
  }

  @Test
  void refusesWhoDoesNotTakeEvents() {
    client
        .get()
        .uri(coupon(sql.campaign(1)))
        .accept(MediaType.APPLICATION_JSON)
        .exchangeToMono(response -> response.releaseBody().thenReturn(response.statusCode()))
        .as(StepVerifier::create)
        .assertNext(status -> assertThat(status.value()).isEqualTo(406))
        .expectComplete()
        .verify(SOON);
  }

  @Test
  void refusesMoreClientsThanThereIsRoomForUntilOneLeaves() {
    long campaign = sql.campaign(5);
    Disposable four = Flux.range(0, 4).flatMap(i -> raw(coupon(campaign))).subscribe();
    await().atMost(SOON).until(() -> open() == 4);
    assertThat(status(coupon(campaign))).isEqualTo(503);
    four.dispose();
    await().atMost(SOON).until(() -> open() == 0);
    assertThat(events(coupon(campaign)).blockFirst(SOON)).isNotNull();
  }

  @Test
  void watchesSoManyCampaignsAtOnceAndNoMore() {
    long third = sql.campaign(5);
    Disposable two =
        Flux.just(sql.campaign(5), sql.campaign(5)).flatMap(each -> raw(coupon(each))).subscribe();
    await().atMost(SOON).until(() -> open() == 2);
    assertThat(status(coupon(third))).isEqualTo(503);
    two.dispose();
  }

  @Test
  void endsEveryStreamAtAShutdownAndTakesNoMore() {
    long campaign = sql.campaign(5);
    try (Received<JsonNode> levels = Received.of(events(coupon(campaign)))) {
      levels.get(0);
      await().atMost(SOON).until(() -> open() == 1);
      streams.stop();
      assertThat(levels.end()).succeedsWithin(SOON);
    }
    assertThat(status(coupon(campaign))).isEqualTo(503);
    streams.start();
    assertThat(events(coupon(campaign)).blockFirst(SOON)).isNotNull();
  }
}
