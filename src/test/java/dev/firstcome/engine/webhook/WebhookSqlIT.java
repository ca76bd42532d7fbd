package dev.firstcome.engine.webhook;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import dev.firstcome.engine.batch.LookBack;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.shop.desk.EventRows;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Leases and their ends. The shop of this test has no platform, so nobody else takes events; those
 * of other tests may be taken along, and are left alone.
 */
@ShopTest
@NullUnmarked
class WebhookSqlIT {

  private static final int MANY = 100_000;

  @Autowired private Database database;
  @Autowired private WebhookSql repository;
  @Autowired private EventRows rows;
  @Autowired private EventCleaning cleaning;
  @Autowired private Clock clock;
  private Sql sql;

  @BeforeEach
  void connect() {
    sql = new Sql(database);
  }

  private UUID event(String status, Duration age) {
    UUID id = UUID.randomUUID();
    Instant created = clock.instant().minus(age);
    sql.run(
        """
        INSERT INTO outbox (id, consumer, type, subject, status, created_at, next_attempt_at)
        VALUES ($1, 'PLATFORM', 'test', $1, $2, $3, $3)
        """,
        id,
        status,
        created);
    return id;
  }

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(300);

  private Mono<List<Leased>> take(UUID id, Duration lease) {
    return repository
        .take(Consumer.PLATFORM, lease, MANY, LookBack.EVERYTHING)
        .map(all -> all.stream().filter(l -> l.event().id().equals(id)).toList());
  }

  private Leased taken(UUID id) {
    return requireNonNull(take(id, LONG).block(SOON)).get(0);
  }

  /** As soon as somebody else's lease is over. */
  private Leased takenAgain(UUID id) {
    List<Leased> all = new ArrayList<>();
    await()
        .atMost(SOON)
        .until(() -> all.addAll(requireNonNull(take(id, LONG).block(SOON))) || !all.isEmpty());
    return all.get(0);
  }

  private String status(UUID id) {
    return sql.column("SELECT status FROM outbox WHERE id = $1", id).get(0);
  }

  private int settle(Leased leased, Outcome.Ending ending) {
    Outcome outcome = new Outcome(leased, ending, 1, "trouble", Duration.ZERO);
    return requireNonNull(repository.settle(List.of(outcome)).block(SOON)).size();
  }

  @Test
  void leasesAnEventToOneOnlyHoweverManyAskAtOnce() {
    UUID id = event("PENDING", Duration.ZERO);
    List<List<Leased>> all =
        Flux.range(0, 16).flatMap(i -> take(id, LONG), 16).collectList().block(SOON);

    assertThat(requireNonNull(all).stream().flatMap(List::stream)).hasSize(1);
    assertThat(requireNonNull(take(id, LONG).block(SOON))).isEmpty();
  }

  @Test
  void leasesItAgainWhenNobodySaidHowItEnded() {
    UUID id = event("PENDING", Duration.ZERO);
    assertThat(requireNonNull(take(id, SHORT).block(SOON))).hasSize(1);

    assertThat(takenAgain(id).attempts()).isZero();
  }

  @Test
  void believesOnlyTheInstanceThatHasTheLease() {
    UUID id = event("PENDING", Duration.ZERO);
    Leased lost = requireNonNull(take(id, SHORT).block(SOON)).get(0);
    Leased held = takenAgain(id);

    assertThat(settle(lost, Outcome.Ending.DEAD)).isZero();
    assertThat(status(id)).isEqualTo("PENDING");
    assertThat(settle(held, Outcome.Ending.DELIVERED)).isEqualTo(1);
    assertThat(settle(held, Outcome.Ending.DEAD)).isZero();
    assertThat(status(id)).isEqualTo("DELIVERED");
  }

  @Test
  void doesNotForgetARedeliveryThatIsAskedForWhileItIsInFlight() {
    UUID id = event("PENDING", Duration.ZERO);
    Leased leased = taken(id);
    database.transaction(session -> rows.redeliver(session, id)).block(SOON);

    assertThat(settle(leased, Outcome.Ending.DELIVERED)).isZero();
    assertThat(taken(id).attempts()).isZero();
  }

  /** What a platform says that accepts nothing says nothing about the event. */
  @Test
  void givesUpWhatIsRefusedOnlyIfAnotherWasAcceptedSince() {
    UUID unwanted = event("PENDING", Duration.ZERO);
    settle(taken(unwanted), Outcome.Ending.REFUSED);
    assertThat(status(unwanted)).isEqualTo("PENDING");
    UUID wanted = event("PENDING", Duration.ZERO);
    // Both in one look: a look leases whatever is due.
    Map<UUID, Leased> both =
        requireNonNull(
                repository.take(Consumer.PLATFORM, LONG, MANY, LookBack.EVERYTHING).block(SOON))
            .stream()
            .collect(toMap(leased -> leased.event().id(), leased -> leased));
    settle(requireNonNull(both.get(wanted)), Outcome.Ending.DELIVERED);

    settle(requireNonNull(both.get(unwanted)), Outcome.Ending.REFUSED);
    assertThat(status(unwanted)).isEqualTo("DEAD");
  }

  @Test
  void redeliversAllThatAreDead() {
    List<UUID> dead = List.of(event("DEAD", Duration.ZERO), event("DEAD", Duration.ofDays(2)));
    UUID delivered = event("PENDING", Duration.ZERO);
    settle(taken(delivered), Outcome.Ending.DELIVERED);

    assertThat(
            requireNonNull(
                database
                    .transaction(session -> rows.redeliver(session, EventStatus.DEAD, MANY))
                    .block(SOON)))
        .extracting(EventRows.Redelivered::id)
        .containsAll(dead);
    assertThat(dead).extracting(this::status).containsOnly("PENDING");
    assertThat(status(delivered)).isEqualTo("DELIVERED");
  }

  @Test
  void keepsAnEventsTroubleWhenItIsNotTriedAfterAll() {
    UUID id = event("PENDING", Duration.ZERO);
    settle(taken(id), Outcome.Ending.FAILED);
    Leased leased = taken(id);
    repository.settle(List.of(Outcome.released(leased))).block(SOON);

    assertThat(sql.column("SELECT last_error FROM outbox WHERE id = $1", id))
        .containsExactly("trouble");
    assertThat(taken(id))
        .usingRecursiveComparison()
        .ignoringFields("until", "failingFor")
        .isEqualTo(leased);
  }

  @Test
  void keepsWhatNobodyWantsForABoundedTime() {
    UUID waiting = event("PENDING", Duration.ofDays(6));
    UUID unwanted = event("PENDING", Duration.ofDays(8));
    UUID dead = event("DEAD", Duration.ofDays(29));
    UUID longDead = event("DEAD", Duration.ofDays(31));
    Boolean more = cleaning.clean().block(SOON);

    assertThat(more).isFalse();
    assertThat(
            sql.column(
                "SELECT id FROM outbox WHERE id = ANY($1)",
                (Object) new UUID[] {waiting, unwanted, dead, longDead}))
        .containsExactlyInAnyOrder(waiting.toString(), dead.toString());
  }
}
