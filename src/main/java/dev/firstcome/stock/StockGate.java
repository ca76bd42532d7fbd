package dev.firstcome.stock;

import dev.firstcome.batch.Background;
import dev.firstcome.batch.RequestName;
import dev.firstcome.redis.GateMeters;
import dev.firstcome.redis.MultiLock;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Asks Redis on behalf of whole batches of orders, tells it how they ended, and loads products that
 * it does not know. While Redis is away every answer is "not loaded", and the database decides
 * alone.
 */
@Component
public class StockGate {

  private static final Logger log = LoggerFactory.getLogger(StockGate.class);

  private final StockScripts scripts;
  private final StockRepository repository;
  private final MultiLock locks;
  private final Background background;
  private final Clock clock;
  private final GateMeters<Admission.Word> meters;
  private final Set<Long> loading = ConcurrentHashMap.newKeySet();

  StockGate(
      StockScripts scripts,
      StockRepository repository,
      MultiLock locks,
      Background background,
      Clock clock,
      MeterRegistry meters) {
    this.scripts = scripts;
    this.repository = repository;
    this.locks = locks;
    this.background = background;
    this.clock = clock;
    this.meters = new GateMeters<>("stock", Admission.Word.class, meters);
  }

  /** What the gate says to each order, in order of arrival. Never fails. */
  public Mono<List<Admission>> reserve(List<Reservation> reservations) {
    return meters
        .over(scripts.reserve(reservations, clock.instant()), Admission::word, reservations.size())
        .doOnNext(this::loadUnknown)
        .onErrorResume(
            away -> {
              log.debug("gate not asked: {}", away.toString());
              return Mono.just(Collections.nCopies(reservations.size(), Admission.notAsked()));
            });
  }

  /**
   * Tells the gate, in the background, how orders ended. What is not told, because a process or the
   * connection died, stays held until the sweep asks the database about it.
   *
   * @param confirmed orders that are committed
   * @param released orders that were certainly refused
   * @param tooGenerous products of which the database had less than the gate believed
   */
  public void settle(List<UUID> confirmed, List<UUID> released, Collection<Long> tooGenerous) {
    background.start("settle orders", scripts.settle(confirmed, released, tooGenerous));
  }

  /**
   * Makes the gate read these products again: after every change of stock that was not a
   * reservation, so that a raised stock is sold and not only there. Until then it goes on with what
   * it knows. Never waits for a lock: whoever holds it may have read before the change.
   */
  public Mono<Void> refreshed(Collection<Long> productIds) {
    return load(productIds);
  }

  private void loadUnknown(List<Admission> admissions) {
    List<Long> unknown = new ArrayList<>();
    for (Admission admission : admissions) {
      for (Long product : admission.unknown()) {
        if (loading.add(product)) {
          unknown.add(product);
        }
      }
    }
    if (!unknown.isEmpty()) {
      // Of all instances one; what it loads, or fails to, the next batch will see.
      Mono<Boolean> load =
          locks
              .ifFree(StockScripts.locks(unknown), lease -> load(unknown))
              .doFinally(end -> loading.removeAll(unknown));
      if (!background.start("load stock", load)) {
        loading.removeAll(unknown);
      }
    }
  }

  /**
   * Reads the products and, in the same snapshot, which of the held orders exist: those are in the
   * quantity already, the others are still to be taken off. The token is the fence: a change of
   * stock meanwhile takes it away, and this load with its older quantity is dropped.
   */
  Mono<Void> load(Collection<Long> products) {
    String token = RequestName.of("load", UUID.randomUUID().toString()).toString();
    return scripts
        .beginLoad(token, products)
        .flatMap(
            held ->
                repository
                    .snapshot(products, held)
                    .flatMap(
                        snapshot -> scripts.load(token, snapshot.units(), snapshot.without(held))));
  }
}
