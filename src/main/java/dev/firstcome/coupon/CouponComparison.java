package dev.firstcome.coupon;

import dev.firstcome.coupon.CouponRepository.Snapshot;
import dev.firstcome.coupon.CouponScripts.Comparison.Outcome;
import dev.firstcome.redis.Look;
import dev.firstcome.redis.Look.Compared;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Holds the gate against the database: exact or silent, as {@code stock} does it. The campaigns are
 * those that this instance has lately been asked for; at the gate of another nobody is standing.
 */
@Component
public class CouponComparison {

  /** Campaigns in one look at the most, each of which takes three round trips. */
  private static final int MOST = 50;

  private final Coupons coupons;
  private final CouponScripts scripts;
  private final CouponRepository repository;

  CouponComparison(Coupons coupons, CouponScripts scripts, CouponRepository repository) {
    this.coupons = coupons;
    this.scripts = scripts;
    this.repository = repository;
  }

  /**
   * Compares some campaigns. Who was decided without the gate is missing there until it has heard
   * of it, so in either direction only a difference that lasted is repaired.
   *
   * @param from {@link Look#START}, or where the look before this one ended
   * @param limit how many campaigns at the most
   * @param lasting by campaign, the part of a difference that has lasted
   */
  public Mono<Look> look(String from, int limit, Map<Long, Long> lasting) {
    int most = Math.min(limit, MOST);
    long after = Long.parseLong(from);
    List<Long> campaigns =
        coupons.askedFor().stream().filter(id -> id > after).sorted().limit(most).toList();
    String next =
        campaigns.size() < most ? Look.START : campaigns.get(campaigns.size() - 1).toString();
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

  private static Look look(String next, List<Optional<Compared>> results) {
    List<Compared> compared = results.stream().flatMap(Optional::stream).toList();
    return new Look(next, compared, results.size() - compared.size());
  }
}
