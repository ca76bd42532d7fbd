package dev.firstcome.shop.ranking;

import static java.util.Objects.requireNonNull;

import dev.firstcome.infra.jobs.PeriodicJob;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.ranking.SalesScripts.Top;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Keeps Redis's copy of the sales: gives it what has changed, and everything when it has lost it.
 *
 * <p>Each turn is one transaction that locks the projection, looks how Redis stands, gives it one
 * chunk and notes that. PostgreSQL knows at any moment what Redis lacks, and Redis how far a
 * rebuild has come, so any instance may die at any point and another goes on. The lock only saves
 * work: values are absolute and carry a version, so doing it twice changes nothing.
 */
@Component
class SalesProjector {

  private static final Logger log = LoggerFactory.getLogger(SalesProjector.class);

  /** Between two looks if nothing was counted: how soon a loss in Redis is noticed. */
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /** Rows in one call: about 1.5 ms of Redis's time, in which the gates wait. */
  private static final int CHUNK = 250;

  private static final Duration CLEAN_INTERVAL = Duration.ofMinutes(1);

  /** Longer than anything asks for. */
  private static final Duration RETENTION = Window.LENGTH.plusHours(24);

  private static final int CLEAN_LIMIT = 1000;

  private final SalesSql sales;
  private final SalesScripts scripts;
  private final Database database;
  private final PeriodicJob loop;
  private volatile boolean failing;

  SalesProjector(SalesSql sales, SalesScripts scripts, Database database, PeriodicJobs loops) {
    this.sales = sales;
    this.scripts = scripts;
    this.database = database;
    this.loop = loops.add("sales projection", INTERVAL, Mono.defer(() -> turn(CHUNK)));
    loops.add("sales cleaning", CLEAN_INTERVAL, Mono.defer(this::clean));
  }

  /** Sales were counted. */
  void wake() {
    loop.wake();
  }

  /** Whether Redis cannot be given what has changed, so that its answers are not to be trusted. */
  boolean isFailing() {
    return failing;
  }

  /**
   * @param chunk rows to give at the most
   * @return whether there is more to do at once
   */
  Mono<Boolean> turn(int chunk) {
    return database
        .transaction(
            session -> sales.lockProjection(session).flatMap(token -> turn(session, token, chunk)))
        .switchIfEmpty(Mono.fromSupplier(this::tryAgainSoon))
        .doOnNext(more -> failing = false)
        .doOnError(failure -> failing = true);
  }

  /** The instance that has the lock may have looked before the last commit here. */
  private boolean tryAgainSoon() {
    loop.wake();
    return false;
  }

  private Mono<Boolean> turn(Session session, UUID token, int chunk) {
    return scripts
        .state(token)
        .flatMap(
            top ->
                switch (top.word()) {
                  case NOT_LOADED -> begin(session, token);
                  case LOADING -> load(session, token, top, chunk);
                  case BEHIND -> Mono.just(true);
                  case READY -> projectChanges(session, token, chunk);
                });
  }

  private Mono<Boolean> begin(Session session, UUID token) {
    log.info("Redis does not have the sales: taking them from PostgreSQL");
    UUID next = UUID.randomUUID();
    return scripts
        .begin(token, next)
        .filter(begun -> begun)
        .flatMap(begun -> sales.commitProjection(session, next))
        .thenReturn(true);
  }

  private Mono<Boolean> load(Session session, UUID token, Top top, int chunk) {
    Sale.Cursor cursor = requireNonNull(top.cursor());
    return sales
        .after(session, top.from(), cursor, chunk)
        .flatMap(
            rows -> {
              Sale.Cursor reached = rows.size() < chunk ? null : rows.get(rows.size() - 1).cursor();
              return give(session, token, reached, rows);
            })
        .thenReturn(true);
  }

  private Mono<Boolean> projectChanges(Session session, UUID token, int chunk) {
    return sales
        .unprojected(session, chunk)
        .flatMap(
            changed ->
                changed.isEmpty()
                    ? Mono.just(false)
                    : give(session, token, null, changed).thenReturn(changed.size() == chunk));
  }

  /** Redis first: what it was given but is not noted is given again, never the reverse. */
  private Mono<Void> give(
      Session session, UUID token, Sale.@Nullable Cursor reached, List<Sale> rows) {
    UUID next = UUID.randomUUID();
    return scripts
        .project(token, next, reached, rows)
        .filter(taken -> taken)
        .flatMap(
            taken ->
                sales
                    .markProjected(session, rows)
                    .then(Mono.defer(() -> sales.commitProjection(session, next))));
  }

  /** Emits whether there is more to delete. */
  Mono<Boolean> clean() {
    return sales.deleteOlderThan(RETENTION, CLEAN_LIMIT).map(deleted -> deleted == CLEAN_LIMIT);
  }
}
