package dev.firstcome.shop.point;

import dev.firstcome.engine.lane.BatchLane;
import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.engine.lane.LockedRows;
import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.point.Charging.ChargePoints;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Keeps balances and the ledger: charges them, and lets payments take from them. */
@Component
public class Points {

  private final PointRepository rows;
  private final PointSql repository;
  private final PointSettings settings;
  private final Database database;
  private final Clock clock;
  private final BatchLane<ChargePoints, PointEntry> lane;

  Points(
      PointRepository rows,
      PointSql repository,
      PointSettings settings,
      Database database,
      Clock clock,
      Lanes lanes) {
    this.rows = rows;
    this.repository = repository;
    this.settings = settings;
    this.database = database;
    this.clock = clock;
    this.lane = lanes.open("points", this::charge, held(ChargePoints::userId));
  }

  /**
   * Adds points to the user's balance, once for each key.
   *
   * @param key the Idempotency-Key
   * @param amount in points
   * @return refuses with {@code INVALID_CHARGE_AMOUNT}, {@code IDEMPOTENCY_KEY_REUSED}, {@code
   *     POINT_LIMIT_EXCEEDED}
   */
  public Mono<Verdict.Done<PointEntry>> charge(String userId, String key, long amount) {
    return settings.allows(amount)
        ? lane.submit(ChargePoints.of(userId, key, amount, clock.instant()))
        : Mono.error(
            () ->
                PointRefusal.INVALID_CHARGE_AMOUNT.refused(
                    "minimum", settings.minimumCharge(), "maximum", settings.maximumCharge()));
  }

  private Mono<List<Verdict<PointEntry>>> charge(List<ChargePoints> charges) {
    return database.transaction(session -> decideAndWrite(session, charges));
  }

  private Mono<List<Verdict<PointEntry>>> decideAndWrite(
      Session session, List<ChargePoints> charges) {
    List<String> users = charges.stream().map(ChargePoints::userId).distinct().toList();
    return repository
        .lockOrOpen(session, users)
        .zipWhen(balances -> repository.existing(session, charges))
        .map(state -> Charging.decide(charges, state.getT1(), state.getT2()))
        .flatMap(verdicts -> write(session, Verdict.fresh(verdicts)).thenReturn(verdicts));
  }

  /**
   * Inside a payment's transaction: locks balances, in the order of their users.
   *
   * @return in points, by user; a user who is absent has never had any
   */
  public Mono<Map<String, Long>> lock(Session session, Collection<String> users) {
    return users.isEmpty() ? Mono.just(Map.of()) : repository.lock(session, users);
  }

  /** Balances that somebody else has locked; never waits for them. */
  public <C> LockedRows<C> held(Function<C, String> user) {
    return LockedRows.in("point_balances", c -> List.of(user.apply(c)), this::held);
  }

  private Mono<Set<String>> held(Set<String> users) {
    return database
        .list(PointSql.HELD, row -> row.get(0, String.class), (Object) users.toArray(String[]::new))
        .map(Set::copyOf);
  }

  /**
   * Inside the same transaction: writes entries in their order, and makes the last {@link
   * PointEntry#balanceAfter} of each user the balance. The caller holds the lock of every balance
   * and has decided on what it read under it.
   */
  public Mono<Void> write(Session session, List<PointEntry> entries) {
    if (entries.isEmpty()) {
      return Mono.empty();
    }
    long users = entries.stream().map(PointEntry::userId).distinct().count();
    return repository
        .write(session, entries)
        .filter(changed -> changed == users)
        .switchIfEmpty(Mono.error(() -> new IllegalStateException("a locked balance is missing")))
        .then();
  }

  /** In points; 0 for a user who has never had any. */
  Mono<Long> balance(String userId) {
    return rows.balance(userId).defaultIfEmpty(0L);
  }

  Mono<List<PointRow>> newestBefore(String userId, long seq, int limit) {
    return rows.newestBefore(userId, seq, limit).collectList();
  }
}
