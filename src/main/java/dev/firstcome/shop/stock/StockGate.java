package dev.firstcome.shop.stock;

import dev.firstcome.engine.gate.GateMeters;
import dev.firstcome.engine.lock.MultiLock;
import dev.firstcome.infra.jobs.Background;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.refusal.RequestName;
import dev.firstcome.shop.stock.Admission.Outcome;
import dev.firstcome.shop.stock.StockSql.Snapshot;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Asks Redis on behalf of whole batches of orders, tells it how they ended, and loads products that
 * it does not know. While Redis is away every answer is "not loaded", and the database decides
 * alone.
 */
@Component
public class StockGate {

  private static final Logger log = LoggerFactory.getLogger(StockGate.class);

  private final int partitions;
  private final StockScripts scripts;
  private final StockSql repository;
  private final MultiLock locks;
  private final Background background;
  private final GateMeters<Admission.Outcome> meters;
  private final Set<Long> loading = ConcurrentHashMap.newKeySet();

  StockGate(
      StockSettings settings,
      StockScripts scripts,
      StockSql repository,
      MultiLock locks,
      Background background,
      MeterRegistry meters) {
    this.partitions = settings.partitions();
    this.scripts = scripts;
    this.repository = repository;
    this.locks = locks;
    this.background = background;
    this.meters = new GateMeters<>("stock", Admission.Outcome.class, meters);
  }

  /** What the gate says to each order, in order of arrival. Never fails. */
  public Mono<List<Admission>> reserve(List<Reservation> reservations) {
    return meters
        .over(question(reservations), Admission::word, reservations.size())
        .doOnNext(this::loadUnknown)
        .onErrorResume(
            away -> {
              log.debug("gate not asked: {}", away.toString());
              return Mono.just(Collections.nCopies(reservations.size(), Admission.notAsked()));
            });
  }

  private Mono<List<Admission>> question(List<Reservation> reservations) {
    return partitions == 1
        ? scripts.reserve(new Partition(0, 1), reservations)
        : Mono.defer(() -> inRounds(new PartitionedReservation(reservations, partitions)));
  }

  /**
   * What was taken of one partition when another cannot be asked is left: the orders go on to the
   * database all the same.
   */
  private Mono<List<Admission>> inRounds(PartitionedReservation rounds) {
    return Mono.defer(() -> ask(rounds.next()))
        .repeat(rounds::goesOn)
        .then(Mono.fromSupplier(rounds::admissions))
        .doOnNext(answered -> rounds.toRelease().forEach(this::release));
  }

  /** All partitions at once; their answers are taken one after the other. */
  private Mono<Void> ask(List<PartitionedReservation.Question> questions) {
    return Flux.fromIterable(questions)
        // None is cancelled because another failed: what they say is heard, or it fails as well.
        .flatMapDelayError(question -> ask(question), questions.size(), 1)
        .doOnNext(PartitionedReservation.Answer::take)
        .then();
  }

  private Mono<PartitionedReservation.Answer> ask(PartitionedReservation.Question question) {
    return scripts
        .reserve(question.partition(), question.reservations())
        .map(admissions -> new PartitionedReservation.Answer(question, admissions));
  }

  private void release(Partition partition, Collection<UUID> refused) {
    background.start("release orders", scripts.settle(partition, List.of(), refused, List.of()));
  }

  /**
   * Holds what the gate refuses against the database, in one read that locks nothing. Who hears
   * "too little" goes away, so it is said only where the database has too little as well: the gate
   * may count on orders that fail, or not have heard yet of units that came back. And a repeated
   * request hears its order, however little is left by now.
   *
   * @param admissions what {@link #reserve} said to the orders
   * @return the same, with {@code NOT_LOADED} for those that the database has to decide after all
   */
  public Mono<List<Admission>> verified(List<Reservation> orders, List<Admission> admissions) {
    Set<Long> products = new HashSet<>();
    List<UUID> refused = new ArrayList<>();
    for (int i = 0; i < orders.size(); i++) {
      if (admissions.get(i).word() == Outcome.SHORT) {
        refused.add(orders.get(i).orderId());
        admissions.get(i).shortages().forEach(shortage -> products.add(shortage.productId()));
      }
    }
    return refused.isEmpty()
        ? Mono.just(admissions)
        : repository.snapshot(products, refused).map(truth -> verified(orders, admissions, truth));
  }

  private static List<Admission> verified(
      List<Reservation> orders, List<Admission> admissions, Snapshot truth) {
    List<Admission> verified = new ArrayList<>(admissions.size());
    for (int i = 0; i < orders.size(); i++) {
      Admission said = admissions.get(i);
      boolean exists = truth.orders().contains(orders.get(i).orderId());
      verified.add(said.word() == Outcome.SHORT ? said.verified(exists, truth.units()) : said);
    }
    return verified;
  }

  /**
   * Tells the gate, in the background, how orders ended. What is not told, because a process or the
   * connection died, stays held until the sweep asks the database about it.
   *
   * @param confirmed orders that are committed
   * @param released orders that were certainly refused
   * @param tooGenerous products of which the database had less than the gate believed
   */
  public void settle(
      Collection<Reservation> confirmed,
      Collection<Reservation> released,
      Collection<Long> tooGenerous) {
    Settlements endings = new Settlements(partitions);
    confirmed.forEach(endings::confirm);
    released.forEach(endings::release);
    tooGenerous.forEach(endings::forget);
    endings.forEach(this::settle);
  }

  /** Orders of which certainly nothing was committed: as if they had been refused. */
  public void release(Collection<Reservation> orders) {
    settle(List.of(), orders, List.of());
  }

  private void settle(Partition partition, Settlements.Ending ending) {
    background.start(
        "settle orders",
        scripts.settle(partition, ending.confirmed(), ending.released(), ending.tooGenerous()));
  }

  /**
   * Makes the gate read these products again: after every change of stock that was not a
   * reservation, so that a raised stock is sold and not only there. Until then it goes on with what
   * it knows. Never waits for a lock: its holder may have read before the change.
   */
  public Mono<Void> refreshed(Collection<Long> productIds) {
    return load(productIds);
  }

  /** The same over the caller's connection. */
  public Mono<Void> refreshed(Session session, Collection<Long> productIds) {
    return load(productIds, (products, held) -> repository.snapshot(session, products, held));
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
      if (!background.load("load stock", load)) {
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
    return load(products, repository::snapshot);
  }

  private Mono<Void> load(Collection<Long> products, Reading reading) {
    String token = RequestName.of("load", UUID.randomUUID().toString()).toString();
    return Flux.fromIterable(Partition.grouped(products, partitions).entrySet())
        .concatMap(part -> load(part.getKey(), token, part.getValue(), reading))
        .then();
  }

  private Mono<Void> load(
      Partition partition, String token, Collection<Long> products, Reading reading) {
    return scripts
        .beginLoad(partition, token, products)
        .flatMap(
            held ->
                reading
                    .snapshot(products, held)
                    .doOnError(failed -> giveUp(partition, token, products))
                    .flatMap(
                        read ->
                            scripts.load(
                                partition, token, products, read.units(), read.without(held))));
  }

  /** Ends the load with nothing found: its token goes, and the gate knows what it knew. */
  private void giveUp(Partition partition, String token, Collection<Long> products) {
    background.start("end a load", scripts.load(partition, token, products, Map.of(), List.of()));
  }

  /** Over a connection of its own, or over somebody's. */
  private interface Reading {
    Mono<Snapshot> snapshot(Collection<Long> products, List<UUID> held);
  }
}
