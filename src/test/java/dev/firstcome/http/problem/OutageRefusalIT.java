package dev.firstcome.http.problem;

import static dev.firstcome.harness.Patience.SOON;
import static dev.firstcome.refusal.CommonRefusal.DEPENDENCY_UNAVAILABLE;
import static dev.firstcome.refusal.CommonRefusal.INTERNAL;
import static dev.firstcome.refusal.CommonRefusal.OVERLOADED;
import static dev.firstcome.refusal.CommonRefusal.TOO_MANY_REQUESTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.firstcome.dev.Cable;
import dev.firstcome.dev.Cables;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Stranger;
import dev.firstcome.dev.Tokens;
import dev.firstcome.harness.Patience;
import dev.firstcome.http.problem.RefusalCheck.Ask;
import dev.firstcome.http.problem.RefusalCheck.Row;
import dev.firstcome.infra.postgres.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * The refusals that are nobody's fault who asked: in a shop with narrow limits and a long cable.
 */
@ShopTest
@TestPropertySource(
    properties = {
      "firstcome.limits.writes-per-second=1",
      "firstcome.limits.writes-burst=1",
      "firstcome.lanes.capacity=1",
      "firstcome.lanes.patience=1500ms",
      "firstcome.database.answer-timeout=3s",
      "firstcome.database.statement-timeout=2500ms",
    })
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Import(OutageRefusalIT.Broken.class)
@DirtiesContext
class OutageRefusalIT {

  private static final String API = "/api/v1";

  /** The request's own limit, and what a busy machine adds to it. */
  private static final Duration DEADLINE = Patience.of(Duration.ofSeconds(10 + 3));

  private static @Nullable Cable toPostgres;

  @TestConfiguration
  static class Broken {
    @Bean
    RouterFunction<ServerResponse> brokenRoute() {
      return route()
          .GET(
              API + "/broken",
              request -> {
                throw new IllegalStateException("SELECT secret, at dev.firstcome.Bug on localhost");
              })
          .build();
    }
  }

  @DynamicPropertySource
  static void layTheCable(DynamicPropertyRegistry registry) {
    toPostgres = Cables.toPostgres(registry);
  }

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @Autowired private MeterRegistry meters;
  @LocalServerPort private int port;
  private @Nullable Stranger<?> holder;
  private RefusalCheck check;

  private static Cable cable() {
    if (toPostgres == null) {
      throw new IllegalStateException("no cable was laid");
    }
    return toPostgres;
  }

  @BeforeEach
  void connect() {
    check = new RefusalCheck(port);
  }

  @AfterEach
  void mend() {
    unlock();
    cable().mend();
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(check.send(products()).statusCode()).isEqualTo(200));
  }

  @AfterAll
  static void takeUpTheCable() throws IOException {
    cable().close();
  }

  static List<Row> rows(
      Supplier<Ask> hasty, Supplier<Ask> crowded, Supplier<Ask> cutOff, Supplier<Ask> broken) {
    return List.of(
        Row.of(TOO_MANY_REQUESTS, 429, hasty).with("Retry-After", "[1-9][0-9]*"),
        Row.of(OVERLOADED, 503, crowded).with("Retry-After", "[1-9][0-9]*"),
        Row.of(DEPENDENCY_UNAVAILABLE, 503, cutOff).with("Retry-After", "[1-9][0-9]*"),
        Row.of(INTERNAL, 500, broken));
  }

  List<Row> rows() {
    return rows(
        this::hasty,
        this::crowded,
        () -> cutOff(charge(anybody())),
        () -> Ask.get(API + "/broken", anybody()));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void refusesAsTheTableSays(Row row) {
    check.refusesInBothLanguages(row);
  }

  @Test
  void answersReadsAndWritesInTimeWhenPostgresIsCutOff() {
    cable().cut();
    allAreUnavailableInTime();
  }

  @Test
  void answersReadsAndWritesInTimeWhenPostgresFallsSilent() {
    cable().silence();
    allAreUnavailableInTime();
  }

  /** Each on a lane, or on none, of its own. */
  private void allAreUnavailableInTime() {
    String id = UUID.randomUUID().toString();
    String order = "{\"items\":[{\"productId\":1,\"quantity\":1}]}";
    List<Ask> asks =
        List.of(
            products(),
            Ask.get(API + "/orders/" + id, anybody()),
            charge(anybody()),
            Ask.post(API + "/orders", anybody(), id, order),
            Ask.post(API + "/payments", anybody(), id, "{\"orderId\":\"" + id + "\"}"),
            Ask.post(API + "/cart/items", anybody(), "{\"productId\":1,\"quantity\":1}"),
            new Ask("POST", API + "/coupons/1/issue", anybody(), null));
    long start = System.nanoTime();
    List<CompletableFuture<HttpResponse<String>>> sent = asks.stream().map(check::sending).toList();
    List<HttpResponse<String>> answers = sent.stream().map(CompletableFuture::join).toList();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(DEADLINE);
    assertThat(answers)
        .allSatisfy(
            answer -> {
              assertThat(answer.statusCode()).as(answer.uri() + answer.body()).isEqualTo(503);
              assertThat(answer.body()).contains("DEPENDENCY_UNAVAILABLE");
            });
  }

  private String anybody() {
    return tokens.user(UUID.randomUUID().toString());
  }

  private static Ask products() {
    return Ask.get(API + "/products", null);
  }

  private static Ask charge(String token) {
    return Ask.patch(API + "/points", token, "k", "{\"amount\":1}");
  }

  private Ask hasty() {
    String token = anybody();
    check.send(Ask.post(API + "/orders", token, "{}"));
    return Ask.post(API + "/orders", token, "{}");
  }

  private static Ask cutOff(Ask ask) {
    cable().cut();
    return ask;
  }

  /** One charge fills the lane: it waits for a balance that a transaction of ours has locked. */
  private Ask crowded() {
    unlock();
    String user = UUID.randomUUID().toString();
    new Sql(database).run("INSERT INTO point_balances (user_id, balance) VALUES ($1, 0)", user);
    holder =
        Stranger.locks(
            database, "SELECT 1 FROM point_balances WHERE user_id = $1 FOR UPDATE", user);
    check.sending(charge(tokens.user(user)));
    await().atMost(SOON).until(() -> depth() == 1);
    return charge(anybody());
  }

  private void unlock() {
    if (holder != null) {
      holder.goes();
    }
    await().atMost(SOON).until(() -> depth() == 0);
  }

  private double depth() {
    return meters.get("firstcome.lane.depth").tag("lane", "points").gauge().value();
  }
}
