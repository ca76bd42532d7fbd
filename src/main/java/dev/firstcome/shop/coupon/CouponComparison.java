package dev.firstcome.shop.coupon;

import dev.firstcome.engine.gate.DriftPage;
import dev.firstcome.engine.gate.DriftPage.Compared;
import dev.firstcome.engine.gate.Gate;
import dev.firstcome.shop.coupon.CouponScripts.Comparison.Outcome;
import dev.firstcome.shop.coupon.CouponSql.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Holds the gate against the database: exact or silent, as {@code stock} does it. The campaigns are
 * those that this instance has lately been asked for; at the gate of another nobody is standing.
 */
@Component
public class CouponComparison implements Gate<Long, String> {

  /** Campaigns in one look at the most, each of which takes three round trips. */
  private static final int MOST = 50;

  private final Coupons coupons;
  private final CouponScripts scripts;
  private final CouponSql repository;

  CouponComparison(Coupons coupons, CouponScripts scripts, CouponSql repository) {
    this.coupons = coupons;
    this.scripts = scripts;
    this.repository = repository;
  }

  @Override
  public String name() {
    return "coupon";
  }

  /** Where nobody asks, nobody misses what is held. */
  @Override
  public List<Long> parts() {
    return coupons.askedFor();
  }

  @Override
  public Mono<List<String>> left(Long campaign, Duration patience, int limit) {
    return scripts.left(campaign, patience, limit);
  }

  @Override
  public Mono<Set<String>> committed(Long campaign, List<String> held) {
    return repository.holdersAmong(campaign, held).map(Set::copyOf);
  }

  @Override
  public Mono<Void> settle(Long campaign, List<String> committed, List<String> released) {
    return scripts.settle(campaign, committed, released, false);
  }

  /**
   * Compares some campaigns. A user whose request was decided without the gate is missing there
   * until the gate learns of it. So only a difference that lasted is repaired, in either direction.
   *
   * @param from {@link DriftPage#START}, or where the look before this one ended
   * @param limit how many campaigns at the most
   * @param lasting by campaign, the part of a difference that has lasted
   */
  @Override
  public Mono<DriftPage> look(String from, int limit, Map<Long, Long> lasting) {
    int most = Math.min(limit, MOST);
    long after = Long.parseLong(from);
    List<Long> campaigns =
        coupons.askedFor().stream().filter(id -> id > after).sorted().limit(most).toList();
    String next =
        campaigns.size() < most ? DriftPage.START : campaigns.get(campaigns.size() - 1).toString();
    return Flux.fromIterable(campaigns)
        .concatMap(id -> compare(id, lasting.getOrDefault(id, 0L)))
        .collectList()
        .map(results -> look(next, results));
  }

  /** Nothing if the campaign is not loaded; inconclusive is an empty result. */
  private Mono<Optional<Compared>> compare(long id, long lasting) {
    String token = UUID.randomUUID().toString();
    return scripts
        .beginCompare(id, token)
        .flatMap(
            held ->
                repository
                    .snapshot(id, held)
                    .flatMap(snapshot -> compare(id, token, held, snapshot, lasting)));
  }

  private Mono<Optional<Compared>> compare(
      long id, String token, List<String> held, Snapshot snapshot, long lasting) {
    long remaining = snapshot.remaining();
    int uncommitted = held.size() - snapshot.holders().size();
    return scripts
        .compare(id, token, remaining, uncommitted, lasting)
        .map(
            comparison ->
                Optional.of(comparison)
                    .filter(c -> c.outcome() != Outcome.INCONCLUSIVE)
                    .map(
                        c ->
                            new Compared(
                                id, c.remaining(), remaining, c.outcome() == Outcome.REPAIRED)));
  }

  private static DriftPage look(String next, List<Optional<Compared>> results) {
    List<Compared> compared = results.stream().flatMap(Optional::stream).toList();
    return new DriftPage(next, compared, results.size() - compared.size());
  }
}
