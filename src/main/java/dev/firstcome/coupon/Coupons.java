package dev.firstcome.coupon;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.firstcome.batch.BatchLane;
import dev.firstcome.batch.Lanes;
import dev.firstcome.batch.Verdict;
import dev.firstcome.coupon.CouponScripts.Word;
import dev.firstcome.coupon.Issuing.Ask;
import dev.firstcome.database.Database;
import dev.firstcome.database.Session;
import dev.firstcome.problem.Refused;
import dev.firstcome.web.TimePosition;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Gives out coupons, first come first served, and keeps what became of each. */
@Component
public class Coupons {

  /** Campaigns remembered: they never change, and a shop has few that are hot. */
  private static final long CACHED_CAMPAIGNS = 10_000;

  private final CouponRows rows;
  private final CouponRepository repository;
  private final CouponGate gate;
  private final Database database;
  private final Clock clock;
  private final BatchLane<Ask, IssuedCoupon> lane;
  private final Cache<Long, Coupon> campaigns =
      Caffeine.newBuilder().maximumSize(CACHED_CAMPAIGNS).build();

  Coupons(
      CouponRows rows,
      CouponRepository repository,
      CouponGate gate,
      Database database,
      Clock clock,
      Lanes lanes) {
    this.rows = rows;
    this.repository = repository;
    this.gate = gate;
    this.database = database;
    this.clock = clock;
    this.lane = lanes.open("coupon", this::issue);
  }

  /**
   * One coupon of the campaign for this user, or the one that the user has already.
   *
   * @return refuses with {@code COUPON_NOT_FOUND}, {@code COUPON_NOT_OPEN}, {@code COUPON_SOLD_OUT}
   */
  public Mono<Verdict.Done<IssuedCoupon>> issue(long couponId, String userId) {
    return campaign(couponId)
        .flatMap(
            coupon -> {
              Instant now = now();
              // Nobody can have one before the opening, so those who come early cost nothing.
              return now.isBefore(coupon.issuableFrom())
                  ? Mono.error(() -> notOpen(coupon))
                  : lane.submit(Ask.of(coupon, userId, now));
            });
  }

  private Mono<List<Verdict<IssuedCoupon>>> issue(List<Ask> asks) {
    return gate.admit(asks, now()).flatMap(words -> issueAdmitted(asks, words));
  }

  private Mono<List<Verdict<IssuedCoupon>>> issueAdmitted(List<Ask> asks, List<Word> words) {
    List<@Nullable Verdict<IssuedCoupon>> early = new ArrayList<>(asks.size());
    List<Ask> admitted = new ArrayList<>(asks.size());
    List<Word> theirWords = new ArrayList<>(asks.size());
    for (int i = 0; i < asks.size(); i++) {
      boolean soldOut = words.get(i) == Word.SOLD_OUT;
      early.add(soldOut ? Verdict.no(CouponRefusal.COUPON_SOLD_OUT.refused()) : null);
      if (!soldOut) {
        admitted.add(asks.get(i));
        theirWords.add(words.get(i));
      }
    }
    if (admitted.isEmpty()) {
      return Mono.just(Verdict.weave(early, List.of()));
    }
    return database
        .transaction(session -> decideAndWrite(session, admitted))
        .doOnNext(verdicts -> gate.settle(admitted, theirWords, verdicts))
        .map(verdicts -> Verdict.weave(early, verdicts));
  }

  private Mono<List<Verdict<IssuedCoupon>>> decideAndWrite(Session session, List<Ask> asks) {
    return repository
        .lockCampaigns(session, asks)
        .zipWhen(left -> repository.issuedAlready(session, asks))
        .map(state -> Issuing.decide(asks, state.getT1(), state.getT2()))
        .flatMap(verdicts -> repository.issue(session, verdicts).thenReturn(verdicts));
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
    return repository.levels(ids, now());
  }

  Mono<List<CouponRow>> newestBefore(long id, int limit) {
    return rows.newestBefore(id, limit).collectList();
  }

  Mono<List<IssuedCoupon>> ofUserBefore(String userId, TimePosition before, int limit) {
    return repository.mineBefore(userId, before, limit);
  }

  Mono<CouponRow> create(CouponRow row) {
    return rows.save(row);
  }

  /** The campaigns that this instance has lately been asked for. */
  List<Long> askedFor() {
    return List.copyOf(campaigns.asMap().keySet());
  }

  private Mono<Coupon> campaign(long id) {
    Coupon known = campaigns.getIfPresent(id);
    return known != null
        ? Mono.just(known)
        : find(id).map(CouponRow::coupon).doOnNext(coupon -> campaigns.put(id, coupon));
  }

  Instant now() {
    return clock.instant();
  }

  static Refused notOpen(Coupon coupon) {
    return CouponRefusal.COUPON_NOT_OPEN.refused(
        "issuableFrom", coupon.issuableFrom(), "issuableUntil", coupon.issuableUntil());
  }
}
