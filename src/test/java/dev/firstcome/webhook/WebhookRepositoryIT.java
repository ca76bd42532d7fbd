package dev.firstcome.webhook;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.database.Database;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import dev.firstcome.outbox.OutboxEvent.Consumer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
class WebhookRepositoryIT {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int MANY = 100_000;

  @Autowired private Database database;
  @Autowired private WebhookRepository repository;
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

  private Mono<List<Leased>> take(UUID id, Instant now) {
    return repository
        .take(Consumer.PLATFORM, now, now.plusSeconds(30), MANY)
        .map(all -> all.stream().filter(l -> l.event().id().equals(id)).toList());
  }

  private Leased taken(UUID id) {
    return requireNonNull(take(id, clock.instant()).block(LIMIT)).get(0);
  }

  private String status(UUID id) {
    return sql.column("SELECT status FROM outbox WHERE id = $1", id).get(0);
  }

  private long settle(Leased leased, EventStatus status) {
    Instant now = clock.instant();
    boolean delivered = status == EventStatus.DELIVERED;
    Outcome outcome = new Outcome(leased, status, 1, "trouble", now, now, delivered ? now : null);
    return requireNonNull(repository.settle(List.of(outcome)).block(LIMIT));
  }

  @Test
  void leasesAnEventToOneOnlyHoweverManyAskAtOnce() {
    UUID id = event("PENDING", Duration.ZERO);
    Instant now = clock.instant();
    List<List<Leased>> all =
        Flux.range(0, 16).flatMap(i -> take(id, now), 16).collectList().block(LIMIT);

    assertThat(requireNonNull(all).stream().flatMap(List::stream)).hasSize(1);
    assertThat(requireNonNull(take(id, now.plusSeconds(29)).block(LIMIT))).isEmpty();
  }

  @Test
  void leasesItAgainWhenNobodySaidHowItEnded() {
    UUID id = event("PENDING", Duration.ZERO);
    Leased first = taken(id);

    assertThat(requireNonNull(take(id, first.until()).block(LIMIT))).hasSize(1);
  }

  @Test
  void believesOnlyWhoHasTheLease() {
    UUID id = event("PENDING", Duration.ZERO);
    Leased lost = taken(id);
    Leased held = requireNonNull(take(id, lost.until()).block(LIMIT)).get(0);

    assertThat(settle(lost, EventStatus.DEAD)).isZero();
    assertThat(status(id)).isEqualTo("PENDING");
    assertThat(settle(held, EventStatus.DELIVERED)).isEqualTo(1);
    assertThat(settle(held, EventStatus.DEAD)).isZero();
    assertThat(status(id)).isEqualTo("DELIVERED");
  }

  @Test
  void doesNotForgetARedeliveryThatIsAskedForWhileItIsInFlight() {
    UUID id = event("PENDING", Duration.ZERO);
    Leased leased = taken(id);
    rows.redeliver(id, clock.instant()).block(LIMIT);

    assertThat(settle(leased, EventStatus.DELIVERED)).isZero();
    assertThat(taken(id).attempts()).isZero();
  }

  @Test
  void keepsAnEventsTroubleWhenItIsNotTriedAfterAll() {
    UUID id = event("PENDING", Duration.ZERO);
    settle(taken(id), EventStatus.PENDING);
    Leased leased = taken(id);
    repository.settle(List.of(Outcome.released(leased))).block(LIMIT);

    assertThat(sql.column("SELECT last_error FROM outbox WHERE id = $1", id))
        .containsExactly("trouble");
    assertThat(taken(id)).usingRecursiveComparison().ignoringFields("until").isEqualTo(leased);
  }

  @Test
  void keepsWhatNobodyWantsForABoundedTime() {
    UUID waiting = event("PENDING", Duration.ofDays(6));
    UUID unwanted = event("PENDING", Duration.ofDays(8));
    UUID dead = event("DEAD", Duration.ofDays(29));
    UUID longDead = event("DEAD", Duration.ofDays(31));
    Boolean more = cleaning.clean().block(LIMIT);

    assertThat(more).isFalse();
    assertThat(
            sql.column(
                "SELECT id FROM outbox WHERE id = ANY($1)",
                (Object) new UUID[] {waiting, unwanted, dead, longDead}))
        .containsExactlyInAnyOrder(waiting.toString(), dead.toString());
  }
}
