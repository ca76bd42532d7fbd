package dev.firstcome.infra.postgres;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.Cable;
import dev.firstcome.dev.Cables;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.harness.Patience;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.PoolMetrics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A PostgreSQL that says nothing any more: its connections come back to the pool while it is still
 * silent, long before the kernel would give them up.
 */
@ShopTest
@TestPropertySource(
    properties = {
      "firstcome.database.lock-timeout=500ms",
      "firstcome.database.statement-timeout=1s",
      "firstcome.database.answer-timeout=1500ms",
      "firstcome.database.max-waiting=40",
    })
@DirtiesContext
class DeadPeerIT {

  /**
   * A question's silence, that of the rollback after it, a wait for a connection, and a busy
   * machine.
   */
  private static final Duration LIMIT = Patience.of(Duration.ofMillis(2 * 1500 + 3000 + 6000));

  private static final Duration SHORTLY = Duration.ofMillis(10);

  private static @Nullable Cable cable;

  @Autowired private Database database;
  @Autowired private ConnectionPool pool;
  @Autowired private WebTestClient shop;

  @DynamicPropertySource
  static void layTheCable(DynamicPropertyRegistry registry) {
    cable = Cables.toPostgres(registry);
  }

  @AfterEach
  void mend() {
    requireNonNull(cable).mend();
  }

  @AfterAll
  static void takeUpTheCable() throws IOException {
    requireNonNull(cable).close();
  }

  @Test
  void givesBackTheConnectionsOfStatementsThatAreNeverAnswered() {
    wedgeMoreThanThereAre(
        i -> database.list("SELECT pg_sleep(0.3)", row -> 1).map(List::size).then(Mono.just(1)));
  }

  @Test
  void givesBackTheConnectionsOfTransactionsThatAreNeverAnswered() {
    wedgeMoreThanThereAre(
        i -> database.transaction(s -> s.list("SELECT pg_sleep(0.3)", row -> 1).thenReturn(1)));
  }

  @Test
  void refusesAtOnceWhoWouldBeOneTooManyToWaitForAConnection() {
    AtomicBoolean over = new AtomicBoolean();
    int many = metrics().getMaxAllocatedSize() + 60;
    CompletableFuture<Void> crowd =
        Flux.range(0, many)
            .flatMap(
                i ->
                    database
                        .list("SELECT pg_sleep(0.5)", row -> 1)
                        .onErrorResume(refused -> Mono.delay(SHORTLY).then(Mono.empty()))
                        .repeat(() -> !over.get()),
                many)
            .then()
            .toFuture();
    try {
      await().atMost(LIMIT).untilAsserted(this::refuses);
    } finally {
      over.set(true);
    }
    assertThat(crowd).succeedsWithin(LIMIT);
  }

  private void refuses() {
    shop.get()
        .uri("/api/v1/products")
        .exchange()
        .expectStatus()
        .isEqualTo(503)
        .expectHeader()
        .exists("Retry-After")
        .expectBody()
        .jsonPath("$.code")
        .isEqualTo("OVERLOADED");
  }

  /** Three times, with nearly every connection of the pool in use when the server falls silent. */
  private void wedgeMoreThanThereAre(IntFunction<Mono<Integer>> work) {
    int all = metrics().getMaxAllocatedSize();
    for (int round = 0; round < 3; round++) {
      AtomicBoolean silent = new AtomicBoolean();
      CompletableFuture<List<Failure>> failures =
          Flux.range(0, all)
              .flatMap(i -> failure(work.apply(i), silent), all)
              .collectList()
              .toFuture();
      try {
        await().atMost(SOON).until(() -> metrics().acquiredSize() >= all * 3 / 4);
        requireNonNull(cable).silence();
      } finally {
        // In any case: nobody asks for ever.
        silent.set(true);
      }

      assertThat(failures).succeedsWithin(LIMIT);
      assertThat(failures.join()).hasSizeGreaterThan(all / 2).containsOnly(Failure.UNAVAILABLE);
      // What the loops try again and again meanwhile is the rest.
      await().atMost(LIMIT).until(() -> metrics().acquiredSize() < all / 2);
      requireNonNull(cable).mend();
      await().atMost(LIMIT).untilAsserted(this::serves);
      await().atMost(LIMIT).until(() -> metrics().acquiredSize() == 0);
      assertThat(metrics().pendingAcquireSize()).isZero();
    }
  }

  /** Again and again until the server is silent; then how it fails, or nothing if it does not. */
  private static Mono<Failure> failure(Mono<Integer> work, AtomicBoolean silent) {
    return work.onErrorResume(busy -> silent.get() ? Mono.error(busy) : Mono.just(0))
        .repeat(() -> !silent.get())
        .then(Mono.<Failure>empty())
        .onErrorResume(lost -> Mono.just(DatabaseFailures.classify(lost)));
  }

  private void serves() {
    shop.get().uri("/api/v1/products/1").exchange().expectStatus().value(this::isNoOutage);
  }

  private void isNoOutage(int status) {
    assertThat(status).isNotEqualTo(503);
  }

  private PoolMetrics metrics() {
    return pool.getMetrics().orElseThrow();
  }
}
