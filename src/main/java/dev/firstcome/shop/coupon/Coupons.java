package dev.firstcome.shop.coupon;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.firstcome.engine.gate.Attempt;
import dev.firstcome.engine.lane.BatchLane;
import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.engine.lane.LockedRows;
import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.http.dispatch.TimePosition;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.DatabaseClock;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.coupon.CouponScripts.Outcome;
import dev.firstcome.shop.coupon.Issuing.IssueCoupon;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Gives out coupons, first come first served, and keeps what became of each. */
@Component
public class Coupons {

  /** Campaigns remembered: a shop has few that are hot. */
  private static final long CACHED_CAMPAIGNS = 10_000;

  /** After the last question: one that has ended is not held against the database for ever. */
  private static final Duration FORGOTTEN = Duration.ofHours(1);

  private final CouponRepository rows;
  private final CouponSql repository;
  private final CouponGate gate;
  private final Database database;
  private final DatabaseClock clock;
  private final Scheduler timers;
  private final LongSupplier nanos;
  private final BatchLane<IssueCoupon, IssuedCoupon> lane;
  private final Cache<Long, KnownCampaign> campaigns =
      Caffeine.newBuilder().maximumSize(CACHED_CAMPAIGNS).expireAfterAccess(FORGOTTEN).build();
  private final Map<Long, Mono<KnownCampaign>> reading = new ConcurrentHashMap<>();

  @Autowired
  Coupons(
      CouponRepository rows,
      CouponSql repository,
      CouponGate gate,
      Database database,
      DatabaseClock clock,
      Lanes lanes) {
    this(rows, repository, gate, database, clock, lanes, Schedulers.parallel(), System::nanoTime);
  }

  /**
   * @param timers delays the answer to a change
   * @param nanos counts on whatever happens to the wall clock
   */
  Coupons(
      CouponRepository rows,
      CouponSql repository,
      CouponGate gate,
      Database database,
      DatabaseClock clock,
      Lanes lanes,
      Scheduler timers,
      LongSupplier nanos) {
    this.rows = rows;
    this.repository = repository;
    this.gate = gate;
    this.database = database;
    this.clock = clock;
    this.timers = timers;
    this.nanos = nanos;
    this.lane = lanes.open("coupon", this::issue, held());
  }

  /**
   * One coupon of the campaign for this user, or the one that the user has already.
   *
   * @return refuses with {@code COUPON_NOT_FOUND}, {@code COUPON_NOT_OPEN}, {@code COUPON_SOLD_OUT}
   */
  public Mono<Verdict.Done<IssuedCoupon>> issue(long couponId, String userId) {
    return known(couponId)
        .flatMap(
            known ->
                known.isCertainlyShut(clock)
                    ? Mono.error(() -> CouponRefusal.notOpen(known.campaign(), clock.now()))
                    : lane.submit(IssueCoupon.of(known.campaign(), userId)));
  }

  private LockedRows<IssueCoupon> held() {
    return LockedRows.in("coupons", ask -> List.of(ask.coupon().id()), ids -> repository.held(ids));
  }

  private Mono<List<Verdict<IssuedCoupon>>> issue(List<IssueCoupon> asks) {
    return gate.admit(asks).flatMap(words -> issueAdmitted(asks, words));
  }

  private Mono<List<Verdict<IssuedCoupon>>> issueAdmitted(
      List<IssueCoupon> asks, List<Outcome> words) {
    List<@Nullable Verdict<IssuedCoupon>> early = new ArrayList<>(asks.size());
    List<IssueCoupon> admitted = new ArrayList<>(asks.size());
    List<Outcome> theirWords = new ArrayList<>(asks.size());
    for (int i = 0; i < asks.size(); i++) {
      boolean soldOut = words.get(i) == Outcome.SOLD_OUT;
      early.add(soldOut ? Verdict.no(CouponRefusal.COUPON_SOLD_OUT.refused()) : null);
      if (!soldOut) {
        admitted.add(asks.get(i));
        theirWords.add(words.get(i));
      }
    }
    if (admitted.isEmpty()) {
      return Mono.just(Verdict.weave(early, List.of()));
    }
    return Attempt.at(
            attempt ->
                database.transaction(session -> attempt.last(decideAndWrite(session, admitted))),
            () -> gate.release(admitted, theirWords))
        .doOnNext(verdicts -> gate.settle(admitted, theirWords, verdicts))
        .map(verdicts -> Verdict.weave(early, verdicts));
  }

  private Mono<List<Verdict<IssuedCoupon>>> decideAndWrite(
      Session session, List<IssueCoupon> asks) {
    Set<Long> ids = asks.stream().map(ask -> ask.coupon().id()).collect(Collectors.toSet());
    return repository
        .lockCampaigns(session, ids)
        .zipWhen(campaigns -> repository.issuedAlready(session, asks))
        .map(state -> decide(asks, state.getT1(), state.getT2()))
        .flatMap(verdicts -> repository.issue(session, verdicts).thenReturn(verdicts));
  }

  private static List<Verdict<IssuedCoupon>> decide(
      List<IssueCoupon> asks,
      Map<Long, Campaign.Standing> campaigns,
      Session.Dated<IssuedCoupon> issued) {
    return Issuing.decide(asks, campaigns, CouponSql.byId(issued.rows()), issued.at());
  }

  /**
   * After a change of a campaign was committed; a gate that is not told is found by the comparison.
   *
   * @return ends when no instance refuses by the older terms any more
   */
  Mono<Void> changed(long id) {
    campaigns.invalidate(id);
    return gate.changed(id).then(Mono.delay(KnownCampaign.TRUST, timers)).then();
  }

  /**
   * Inside an order's transaction: locks issued coupons, each together with the user it must belong
   * to.
   *
   * @return by id; one that is missing does not exist or is somebody else's
   */
  public Mono<Map<UUID, IssuedCoupon>> lock(Session session, List<UUID> ids, List<String> users) {
    return ids.isEmpty() ? Mono.just(Map.of()) : repository.lockIssued(session, ids, users);
  }

  /** Inside the same transaction: writes the coupons that orders have used. */
  public Mono<Void> markUsed(Session session, Collection<CouponUse> uses) {
    if (uses.isEmpty()) {
      return Mono.empty();
    }
    return repository
        .markUsed(session, uses)
        .filter(changed -> changed == uses.size())
        .switchIfEmpty(Mono.error(() -> new IllegalStateException("a locked coupon changed")))
        .then();
  }

  /**
   * Inside the transaction that closes orders: makes their coupons unused again. The caller holds
   * the locks of the orders, which nobody else can be closing.
   */
  public Mono<Void> giveBack(Session session, Collection<CouponUse> uses) {
    if (uses.isEmpty()) {
      return Mono.empty();
    }
    List<UUID> ids = uses.stream().map(CouponUse::issuedCouponId).toList();
    List<String> users = uses.stream().map(CouponUse::userId).toList();
    return repository
        .lockIssued(session, ids, users)
        .then(Mono.defer(() -> repository.giveBack(session, uses)))
        .filter(changed -> changed == uses.size())
        .switchIfEmpty(Mono.error(() -> new IllegalStateException("a used coupon is not used")))
        .then();
  }

  Mono<CouponRow> find(long id) {
    return rows.findById(id).switchIfEmpty(CouponRefusal.COUPON_NOT_FOUND.asError());
  }

  /** How campaigns stand now, by id; one that is missing does not exist. */
  Mono<Map<Long, CouponLevel>> levels(Collection<Long> ids) {
    return repository.levels(ids);
  }

  Mono<List<CouponRow>> newestBefore(long id, int limit) {
    return rows.newestBefore(id, limit).collectList();
  }

  Mono<List<IssuedCoupon>> ofUserBefore(String userId, TimePosition before, int limit) {
    return repository.mineBefore(userId, before, limit);
  }

  /** The campaigns that this instance has lately been asked for. */
  List<Long> askedFor() {
    return List.copyOf(campaigns.asMap().keySet());
  }

  /** A campaign that looks shut is read again once a second at the most, however many ask. */
  private Mono<KnownCampaign> known(long id) {
    KnownCampaign known = campaigns.getIfPresent(id);
    if (known != null && (known.isFresh(nanos.getAsLong()) || !known.looksShut(clock.now()))) {
      return Mono.just(known);
    }
    return reading.computeIfAbsent(id, this::read);
  }

  private Mono<KnownCampaign> read(long id) {
    return Mono.defer(
            () -> {
              long asked = nanos.getAsLong();
              return find(id).map(row -> KnownCampaign.of(row, asked));
            })
        .doOnNext(known -> campaigns.put(id, known))
        .doFinally(end -> reading.remove(id))
        .cache();
  }

  /** PostgreSQL's time, to be told. */
  Instant now() {
    return clock.now();
  }
}
