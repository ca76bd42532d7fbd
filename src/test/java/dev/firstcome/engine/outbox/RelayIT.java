package dev.firstcome.engine.outbox;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.engine.outbox.OutboxConsumer.Round;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.Database;
import io.micrometer.core.instrument.MeterRegistry;
import io.r2dbc.spi.R2dbcTimeoutException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** The relay on a real PostgreSQL. Its consumer notes every effect, so that a second one shows. */
@SpringBootTest(
    classes = Firstcome.class,
    // Whoever is not woken does nothing within the test.
    properties = "firstcome.outbox.interval=1h")
@ContextConfiguration(initializers = OwnStores.class)
@Import(RelayIT.WithConsumer.class)
@NullUnmarked
class RelayIT {

  @Autowired Database database;
  @Autowired Outbox outbox;
  @Autowired OutboxUpkeep upkeep;
  @Autowired ExactlyOnce exactlyOnce;
  @Autowired Relay relay;
  @Autowired PeriodicJobs loops;
  @Autowired Noting noting;
  @Autowired MeterRegistry meters;

  /** Notes an effect for each event, and fails over what is called poison. */
  static final class Noting implements OutboxConsumer {

    private final ExactlyOnce exactlyOnce;
    private final AtomicInteger calls = new AtomicInteger();

    Noting(ExactlyOnce exactlyOnce) {
      this.exactlyOnce = exactlyOnce;
    }

    @Override
    public Consumer consumer() {
      return Consumer.PLATFORM;
    }

    @Override
    public Mono<Round> deliver(int limit) {
      return exactlyOnce.deliver(
          Consumer.PLATFORM,
          limit,
          (session, events) -> {
            calls.incrementAndGet();
            UUID[] ids = events.stream().map(OutboxEvent::id).toArray(UUID[]::new);
            return session
                .update("INSERT INTO effects SELECT * FROM unnest($1::uuid[])", (Object) ids)
                .flatMap(
                    written ->
                        events.stream().anyMatch(e -> e.type().equals("poison"))
                            ? Mono.error(new IllegalStateException("poison"))
                            : Mono.empty());
          });
    }
  }

  @TestConfiguration(proxyBeanMethods = false)
  static class WithConsumer {

    @Bean
    Noting noting(ExactlyOnce exactlyOnce) {
      return new Noting(exactlyOnce);
    }
  }

  @BeforeEach
  void clean() {
    sql("CREATE TABLE IF NOT EXISTS effects (event uuid NOT NULL)");
    sql("TRUNCATE outbox, effects");
    noting.calls.set(0);
  }

  private long sql(String statement, Object... arguments) {
    return database.update(statement, arguments).block(SOON);
  }

  private long number(String query) {
    return database.list(query, row -> row.get(0, Long.class)).block(SOON).get(0);
  }

  private void write(String type, int number) {
    List<OutboxEvent> events = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      events.add(
          OutboxEvent.of(
              Consumer.PLATFORM, type, UUID.randomUUID(), Instant.now().minusMillis(10_000 - i)));
    }
    database.transaction(session -> outbox.write(session, events).thenReturn(true)).block(SOON);
  }

  @Test
  void fourRelaysAtOnceApplyEachEventExactlyOnce() {
    write("fine", 6000);
    Flux.range(0, 4)
        .flatMap(
            i ->
                Mono.defer(() -> noting.deliver(31 + 17 * i))
                    .repeat()
                    .takeUntil(round -> round.taken() == 0),
            4)
        .blockLast(SOON);
    // A relay that finds everything locked by the others ends early; the last one does not.
    assertThat(number("SELECT count(*) FROM outbox")).isZero();
    assertThat(number("SELECT count(*) FROM effects")).isEqualTo(6000);
    assertThat(number("SELECT count(DISTINCT event) FROM effects")).isEqualTo(6000);
  }

  @Test
  void poisonHoldsUpNoOtherAndIsPutOffWithItsReason() {
    write("fine", 150);
    write("poison", 2);
    write("fine", 148);
    StepVerifier.create(noting.deliver(500)).expectNext(new Round(300, 298)).verifyComplete();
    assertThat(number("SELECT count(*) FROM effects")).isEqualTo(298);
    assertThat(number("SELECT count(DISTINCT event) FROM effects")).isEqualTo(298);
    assertThat(
            number(
                "SELECT count(*) FROM outbox WHERE type = 'poison' AND status = 'PENDING'"
                    + " AND attempts = 1 AND last_error LIKE '%poison'"
                    + " AND next_attempt_at BETWEEN now() + interval '1 s' AND now() + interval '3 s'"))
        .isEqualTo(2);
    assertThat(number("SELECT count(*) FROM outbox")).isEqualTo(2);
    assertThat(noting.calls).hasValueLessThan(60);
    StepVerifier.create(noting.deliver(500)).expectNext(Round.NOTHING).verifyComplete();
  }

  @Test
  void waitsLongerForPoisonEachTimeButNeverTooLong() {
    write("poison", 1);
    sql("UPDATE outbox SET attempts = 1000");
    noting.deliver(1).block(SOON);
    assertThat(
            number(
                "SELECT count(*) FROM outbox WHERE attempts = 1001 AND next_attempt_at"
                    + " BETWEEN now() + interval '590 s' AND now() + interval '601 s'"))
        .isEqualTo(1);
  }

  @Test
  void anOutageIsNoEventsFault() {
    write("fine", 10);
    StepVerifier.create(
            exactlyOnce.deliver(
                Consumer.PLATFORM,
                10,
                (session, events) -> Mono.error(new R2dbcTimeoutException("away"))))
        .verifyError(R2dbcTimeoutException.class);
    assertThat(number("SELECT count(*) FROM outbox WHERE attempts = 0")).isEqualTo(10);
  }

  @Test
  void deliversSoonAfterTheCommitThatWakesIt() {
    Awaitility.await().atMost(SOON).until(() -> loops.isRunning());
    write("fine", 700);
    relay.wake(Consumer.PLATFORM);
    Awaitility.await().atMost(SOON).until(() -> number("SELECT count(*) FROM effects") == 700);
    assertThat(number("SELECT count(*) FROM outbox")).isZero();
  }

  @Test
  void tellsHowFarBehindAConsumerIs() {
    write("fine", 25);
    sql("UPDATE outbox SET next_attempt_at = now() - interval '90 s'");
    upkeep.sample().block(SOON);
    assertThat(gauge("firstcome.outbox.backlog")).isEqualTo(25);
    assertThat(meters.get("firstcome.outbox.lag").tag("consumer", "PLATFORM").timeGauge().value())
        .isBetween(90.0, 120.0);
  }

  private double gauge(String name) {
    return meters.get(name).tag("consumer", "PLATFORM").gauge().value();
  }

  @Test
  void cleansAwayWhatWasDeliveredLongAgoAndNothingElse() {
    write("fine", 30);
    sql(
        "UPDATE outbox SET status = 'DELIVERED', delivered_at = now() - interval '8 d'"
            + " WHERE id IN (SELECT id FROM outbox LIMIT 10)");
    sql(
        "UPDATE outbox SET status = 'DELIVERED', delivered_at = now() - interval '6 d'"
            + " WHERE id IN (SELECT id FROM outbox WHERE status = 'PENDING' LIMIT 10)");
    StepVerifier.create(upkeep.clean()).expectNext(false).verifyComplete();
    assertThat(number("SELECT count(*) FROM outbox")).isEqualTo(20);
    assertThat(number("SELECT count(*) FROM outbox WHERE status = 'PENDING'")).isEqualTo(10);
  }
}
