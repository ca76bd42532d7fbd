package dev.firstcome.http.admission;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.http.dispatch.Wire;
import dev.firstcome.infra.postgres.Database;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;
import org.springframework.test.context.ContextConfiguration;
import reactor.core.publisher.Flux;

/** 700 connections that send their bodies a byte at a time, while others want to buy something. */
@SpringBootTest(
    classes = Firstcome.class,
    webEnvironment = WebEnvironment.RANDOM_PORT,
    // A machine that is slow today is no crowd: what a lane refuses is not looked at here.
    properties = "firstcome.lanes.target=900ms")
@ContextConfiguration(initializers = OwnStores.class)
class SlowBodiesIT {

  private static final int SLOW = 700;
  private static final int BUYERS = 20;

  /** Longer than a crowd may last before it is taken for congestion, and than a slow body may. */
  private static final Duration LASTS = Duration.ofSeconds(10);

  private static final Duration WARMS_UP = Duration.ofSeconds(2);

  @Autowired private Environment environment;
  @Autowired private Database database;
  @LocalServerPort private int port;

  private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
  private final List<Wire> wires = new ArrayList<>();
  private final AtomicInteger opened = new AtomicInteger();
  private Tokens tokens;
  private long product;

  @BeforeEach
  void supply() {
    tokens = new Tokens(environment.getRequiredProperty("firstcome.security.jwt-secret"));
    product = new Sql(database).product(1_000, 1_000_000);
  }

  @AfterEach
  void close() throws Exception {
    pace.shutdownNow();
    assertThat(pace.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    for (Wire wire : wires) {
      wire.close();
    }
  }

  private Wire slow(String token) throws IOException {
    opened.incrementAndGet();
    return new Wire(port)
        .send(
            "POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                    .formatted(token)
                + "Idempotency-Key: slow\r\nContent-Type: application/json\r\n"
                + "Content-Length: 60000\r\n\r\n{");
  }

  /** One byte each, and whoever was cut off comes back. */
  private void trickle(Supplier<String> token) {
    try {
      for (int i = 0; i < wires.size(); i++) {
        if (!wires.get(i).takes(" ")) {
          wires.get(i).close();
          wires.set(i, slow(token.get()));
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private double shareOfGoodOrders(Supplier<String> token) throws IOException {
    // The first orders of a shop take their time, and are not what is looked at.
    List<String> first = orders(System.nanoTime() + WARMS_UP.toNanos());
    assertThat(first).containsOnly("201");
    System.out.printf("slow bodies: %s orders before%n", first.size());
    for (int i = 0; i < SLOW; i++) {
      wires.add(slow(token.get()));
    }
    pace.scheduleWithFixedDelay(() -> trickle(token), 100, 100, TimeUnit.MILLISECONDS);
    List<String> outcomes = orders(System.nanoTime() + LASTS.toNanos());
    long good = outcomes.stream().filter("201"::equals).count();
    System.out.printf(
        "slow bodies: %s of %s orders good, %s slow connections opened; %s%n",
        good, outcomes.size(), opened.get(), new TreeSet<>(outcomes));
    assertThat(outcomes).hasSizeGreaterThan(BUYERS);
    return (double) good / outcomes.size();
  }

  /** Everybody orders, one thing after another, until then, and at least once. */
  private List<String> orders(long end) {
    String order = "{\"items\":[{\"productId\":%s,\"quantity\":1}]}".formatted(product);
    return requireNonNull(
        Flux.range(0, BUYERS)
            .flatMap(i -> orders(UUID.randomUUID().toString(), order, end), BUYERS)
            .collectList()
            .block(LASTS.plusSeconds(120)));
  }

  private Flux<String> orders(String user, String order, long end) {
    Shopper buyer = new Shopper(user, tokens.user(user), List.of(port));
    AtomicInteger number = new AtomicInteger();
    return Flux.defer(
            () -> buyer.sending(HttpMethod.POST, "/orders", "k" + number.incrementAndGet(), order))
        .map(Shopper.Answer::outcome)
        .delayElements(Duration.ofMillis(20))
        .repeat(() -> System.nanoTime() < end);
  }

  @Test
  void takeNothingFromOthersWhenTheyAreOneUsers() throws IOException {
    String token = tokens.user("slow");
    assertThat(shareOfGoodOrders(() -> token)).isGreaterThanOrEqualTo(0.99);
  }

  @Test
  void takeNothingFromOthersWhenEachIsAnothersOrNobodys() throws IOException {
    AtomicInteger user = new AtomicInteger();
    assertThat(
            shareOfGoodOrders(
                () ->
                    user.incrementAndGet() % 2 == 0
                        ? "no-token-at-all"
                        : tokens.user("slow-" + user.get())))
        .isGreaterThanOrEqualTo(0.99);
  }
}
