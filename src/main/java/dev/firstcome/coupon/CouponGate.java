package dev.firstcome.coupon;

import dev.firstcome.batch.Background;
import dev.firstcome.batch.Verdict;
import dev.firstcome.coupon.CouponScripts.Word;
import dev.firstcome.coupon.Issuing.Ask;
import dev.firstcome.redis.GateMeters;
import dev.firstcome.redis.MultiLock;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
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
  private final CouponRepository repository;
  private final MultiLock locks;
  private final Background background;
  private final GateMeters<Word> meters;
  private final Set<Long> loading = ConcurrentHashMap.newKeySet();

  CouponGate(
      CouponScripts scripts,
      CouponRepository repository,
      MultiLock locks,
      Background background,
      MeterRegistry meters) {
    this.scripts = scripts;
    this.repository = repository;
    this.locks = locks;
    this.background = background;
    this.meters = new GateMeters<>("coupon", Word.class, meters);
  }

  /** A word for each ask, in order: one call for each campaign in the batch, all at once. */
  Mono<List<Word>> admit(List<Ask> asks, Instant now) {
    Map<Coupon, List<Integer>> places = new LinkedHashMap<>();
    for (int i = 0; i < asks.size(); i++) {
      places.computeIfAbsent(asks.get(i).coupon(), c -> new ArrayList<>()).add(i);
    }
    Word[] words = new Word[asks.size()];
    return Flux.fromIterable(places.entrySet())
        .flatMap(
            entry ->
                admit(entry.getKey(), users(asks, entry.getValue()), now)
                    .doOnNext(answers -> place(answers, entry.getValue(), words)),
            places.size())
        .then(Mono.fromSupplier(() -> List.of(words)));
  }

  private Mono<List<Word>> admit(Coupon coupon, List<String> users, Instant now) {
    return meters
        .over(scripts.admit(coupon.id(), users, now), Function.identity(), users.size())
        .doOnNext(words -> loadIfUnknown(coupon, words.get(0)))
        .onErrorResume(
            away -> {
              log.debug("gate not asked: {}", away.toString());
              return Mono.just(users.stream().map(user -> Word.NOT_LOADED).toList());
            });
  }

  /** Tells the gate in the background how the batch ended. */
  void settle(List<Ask> asks, List<Word> words, List<Verdict<IssuedCoupon>> verdicts) {
    Map<Long, Ending> endings = new LinkedHashMap<>();
    for (int i = 0; i < asks.size(); i++) {
      Ask ask = asks.get(i);
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

  private void loadIfUnknown(Coupon coupon, Word word) {
    if (word == Word.NOT_LOADED && loading.add(coupon.id())) {
      // Of all instances one, because a campaign's holders may be many.
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
   * Holders first, the limit last. Whoever gets a coupon meanwhile is added by the settling of that
   * batch, so the union is complete; and any number of instances may load at once, should the lock
   * fail to keep them apart.
   */
  Mono<Void> load(Coupon coupon) {
    return repository
        .holdersAfter(coupon.id(), "", LOAD_CHUNK)
        .expand(
            page ->
                page.size() < LOAD_CHUNK
                    ? Mono.empty()
                    : repository.holdersAfter(coupon.id(), page.get(page.size() - 1), LOAD_CHUNK))
        .filter(page -> !page.isEmpty())
        .concatMap(page -> scripts.addHolders(coupon.id(), page))
        .then(scripts.setLimit(coupon.id(), coupon.totalQuantity()));
  }

  private static List<String> users(List<Ask> asks, List<Integer> places) {
    return places.stream().map(i -> asks.get(i).userId()).toList();
  }

  private static void place(List<Word> answers, List<Integer> places, Word[] words) {
    for (int i = 0; i < answers.size(); i++) {
      words[places.get(i)] = answers.get(i);
    }
  }

  private static final class Ending {
    final List<String> confirmed = new ArrayList<>();
    final List<String> released = new ArrayList<>();
    boolean tooGenerous;

    void add(Ask ask, Word word, Verdict<IssuedCoupon> verdict) {
      if (verdict instanceof Verdict.Done<IssuedCoupon>) {
        confirmed.add(ask.userId());
      } else if (verdict instanceof Verdict.No<IssuedCoupon> no) {
        released.add(ask.userId());
        // Only what the gate itself let in proves it wrong; it may not have been asked.
        tooGenerous |=
            word == Word.ADMITTED && no.because().refusal() == CouponRefusal.COUPON_SOLD_OUT;
      }
    }
  }
}
