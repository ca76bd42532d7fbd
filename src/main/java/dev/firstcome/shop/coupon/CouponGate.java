package dev.firstcome.shop.coupon;

import dev.firstcome.engine.gate.GateMeters;
import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.engine.lock.MultiLock;
import dev.firstcome.infra.jobs.Background;
import dev.firstcome.shop.coupon.CouponScripts.Outcome;
import dev.firstcome.shop.coupon.Issuing.IssueCoupon;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Asks Redis on behalf of whole batches, tells it how they ended, and loads a campaign that it does
 * not know. While Redis is away every answer is "not loaded", and the database decides alone.
 */
@Component
class CouponGate {

  private static final Logger log = LoggerFactory.getLogger(CouponGate.class);

  /** Holders read and sent at a time while a campaign is loaded. */
  private static final int LOAD_CHUNK = 2000;

  private final CouponScripts scripts;
  private final CouponSql repository;
  private final MultiLock locks;
  private final Background background;
  private final GateMeters<Outcome> meters;
  private final Set<Long> loading = ConcurrentHashMap.newKeySet();

  CouponGate(
      CouponScripts scripts,
      CouponSql repository,
      MultiLock locks,
      Background background,
      MeterRegistry meters) {
    this.scripts = scripts;
    this.repository = repository;
    this.locks = locks;
    this.background = background;
    this.meters = new GateMeters<>("coupon", Outcome.class, meters);
  }

  /** A word for each ask, in order: one call for each campaign in the batch, all at once. */
  Mono<List<Outcome>> admit(List<IssueCoupon> asks) {
    Map<Campaign, List<Integer>> places = new LinkedHashMap<>();
    for (int i = 0; i < asks.size(); i++) {
      places.computeIfAbsent(asks.get(i).coupon(), c -> new ArrayList<>()).add(i);
    }
    Outcome[] words = new Outcome[asks.size()];
    return Flux.fromIterable(places.entrySet())
        .flatMap(
            entry ->
                admit(entry.getKey(), users(asks, entry.getValue()))
                    .doOnNext(answers -> place(answers, entry.getValue(), words)),
            places.size())
        .then(Mono.fromSupplier(() -> List.of(words)));
  }

  private Mono<List<Outcome>> admit(Campaign coupon, List<String> users) {
    return meters
        .over(scripts.admit(coupon.id(), users), Function.identity(), users.size())
        .doOnNext(words -> loadIfUnknown(coupon, words.get(0)))
        .onErrorResume(
            away -> {
              log.debug("gate not asked: {}", away.toString());
              return Mono.just(users.stream().map(user -> Outcome.NOT_LOADED).toList());
            });
  }

  /** Tells the gate in the background how the batch ended. */
  void settle(List<IssueCoupon> asks, List<Outcome> words, List<Verdict<IssuedCoupon>> verdicts) {
    Map<Long, Ending> endings = new LinkedHashMap<>();
    for (int i = 0; i < asks.size(); i++) {
      IssueCoupon ask = asks.get(i);
      endings
          .computeIfAbsent(ask.coupon().id(), id -> new Ending())
          .add(ask, words.get(i), verdicts.get(i));
    }
    endings.forEach(
        (id, end) ->
            background.start(
                "settle coupon " + id,
                scripts.settle(id, end.confirmed, end.released, end.tooGenerous)));
  }

  /** Nothing was committed, for certain: what this attempt has taken goes back. */
  void release(List<IssueCoupon> asks, List<Outcome> words) {
    Map<Long, List<String>> taken = new LinkedHashMap<>();
    for (int i = 0; i < asks.size(); i++) {
      if (words.get(i) == Outcome.ADMITTED) {
        IssueCoupon ask = asks.get(i);
        taken.computeIfAbsent(ask.coupon().id(), id -> new ArrayList<>()).add(ask.userId());
      }
    }
    taken.forEach(
        (id, users) ->
            background.start("release coupon " + id, scripts.settle(id, List.of(), users, false)));
  }

  private void loadIfUnknown(Campaign coupon, Outcome word) {
    if (word == Outcome.NOT_LOADED && loading.add(coupon.id())) {
      // One instance loads it, because a campaign may have many holders.
      Mono<Boolean> load =
          locks
              .ifFree(List.of(CouponScripts.lock(coupon.id())), lease -> load(coupon))
              .doFinally(end -> loading.remove(coupon.id()));
      if (!background.load("load coupon " + coupon.id(), load)) {
        loading.remove(coupon.id());
      }
    }
  }

  /**
   * Holders first, the limit last. A user who gets a coupon meanwhile is added when that batch is
   * settled, so the union is complete; and any number of instances may load at once, should the
   * lock fail to keep them apart.
   */
  Mono<Void> load(Campaign coupon) {
    return repository
        .holdersAfter(coupon.id(), "", LOAD_CHUNK)
        .expand(
            page ->
                page.size() < LOAD_CHUNK
                    ? Mono.empty()
                    : repository.holdersAfter(coupon.id(), page.get(page.size() - 1), LOAD_CHUNK))
        .filter(page -> !page.isEmpty())
        .concatMap(page -> scripts.addHolders(coupon.id(), page))
        .then(Mono.defer(() -> setLimit(coupon.id())));
  }

  /**
   * The limit is read again after it was set: a change that was committed meanwhile has perhaps
   * taken away a limit that was not there yet.
   */
  private Mono<Void> setLimit(long couponId) {
    return repository
        .totalQuantity(couponId)
        .flatMap(
            total ->
                scripts
                    .setLimit(couponId, total)
                    .then(Mono.defer(() -> repository.totalQuantity(couponId)))
                    .filter(now -> !now.equals(total))
                    .flatMap(changed -> scripts.forget(couponId)));
  }

  /**
   * The terms have changed, and that is committed: the gate is closed to nobody, and loads anew.
   */
  Mono<Void> changed(long couponId) {
    return scripts
        .forget(couponId)
        .doOnError(away -> log.warn("the gate is not told of a change: {}", away.toString()))
        .onErrorComplete();
  }

  private static List<String> users(List<IssueCoupon> asks, List<Integer> places) {
    return places.stream().map(i -> asks.get(i).userId()).toList();
  }

  private static void place(List<Outcome> answers, List<Integer> places, Outcome[] words) {
    for (int i = 0; i < answers.size(); i++) {
      words[places.get(i)] = answers.get(i);
    }
  }

  private static final class Ending {
    final List<String> confirmed = new ArrayList<>();
    final List<String> released = new ArrayList<>();
    boolean tooGenerous;

    void add(IssueCoupon ask, Outcome word, Verdict<IssuedCoupon> verdict) {
      if (verdict instanceof Verdict.Done<IssuedCoupon>) {
        confirmed.add(ask.userId());
      } else if (verdict instanceof Verdict.No<IssuedCoupon> no) {
        released.add(ask.userId());
        // Only what the gate itself let in proves it wrong; it may not have been asked.
        tooGenerous |=
            word == Outcome.ADMITTED && no.because().refusal() == CouponRefusal.COUPON_SOLD_OUT;
      }
    }
  }
}
