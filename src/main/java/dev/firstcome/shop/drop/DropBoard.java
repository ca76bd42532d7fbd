package dev.firstcome.shop.drop;

import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.DatabaseClock;
import dev.firstcome.refusal.Refused;
import dev.firstcome.shop.drop.Drop.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * What this instance knows of the drops: to refuse orders that are certainly early or late without
 * asking anybody. Nothing is granted by it.
 *
 * <p>It is read again and again and trusted for {@link #TRUST}. A change that lets more be ordered
 * is answered only after that time, so that no instance refuses by the older terms any more.
 */
@Component
public final class DropBoard {

  /** For how long a reading is trusted, counted from before it was asked for. */
  static final Duration TRUST = Duration.ofSeconds(1);

  private static final Duration INTERVAL = Duration.ofMillis(400);

  /** Products of the newest drops; of others PostgreSQL is asked. */
  static final int MOST_PRODUCTS = 2_000;

  /**
   * An order that was decided just before the closing is committed within this time: the lanes'
   * deadline and a statement more.
   */
  private static final Duration IN_FLIGHT = Duration.ofSeconds(30);

  private final DropSql sql;
  private final DatabaseClock clock;
  private final LongSupplier nanos;
  private volatile Reading latest = new Reading(Map.of(), 0, false);

  @Autowired
  DropBoard(DropSql sql, DatabaseClock clock, PeriodicJobs jobs) {
    this(sql, clock, jobs, System::nanoTime);
  }

  DropBoard(DropSql sql, DatabaseClock clock, PeriodicJobs jobs, LongSupplier nanos) {
    this.sql = sql;
    this.clock = clock;
    this.nanos = nanos;
    jobs.add("drop board", INTERVAL, Mono.defer(this::read));
  }

  /**
   * A product of a drop.
   *
   * @param orderedAt when it was last ordered; null: never
   * @param at when this was read, by PostgreSQL's clock
   */
  record Bound(
      long productId, boolean onSale, Drop drop, @Nullable Instant orderedAt, Instant at) {}

  private record Reading(Map<Long, Bound> products, long nanos, boolean known) {}

  /**
   * A refusal that is certain.
   *
   * @param mayBeRepeated whether the product was ever ordered: the request may be one that was
   *     answered, or lost its answer, before
   */
  public record Early(Refused refused, boolean mayBeRepeated) {}

  /** Why an order of these products is certainly refused now. */
  public Optional<Early> refuse(Collection<Long> productIds) {
    return all(productIds).stream()
        .filter(bound -> isCertainlyShut(bound.drop))
        .findFirst()
        .map(
            shut ->
                new Early(DropRefusal.notOpen(shut.drop, clock.now()), mayHaveBeenOrdered(shut)));
  }

  /** The drops with a line that bind these products, unless the order may be refused before. */
  public Set<Long> withLine(Collection<Long> productIds) {
    return all(productIds).stream()
        .map(Bound::drop)
        .filter(drop -> drop.line() != null)
        .map(Drop::id)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** None unless each is known to be there, on sale, and of a drop: other refusals come first. */
  private List<Bound> all(Collection<Long> productIds) {
    Reading reading = latest;
    if (!reading.known || nanos.getAsLong() - reading.nanos >= TRUST.toNanos()) {
      return List.of();
    }
    List<Bound> all = new ArrayList<>(productIds.size());
    for (Long id : productIds) {
      Bound bound = reading.products.get(id);
      if (bound == null || !bound.onSale) {
        return List.of();
      }
      all.add(bound);
    }
    return all;
  }

  /** The drops of these products, as this instance last heard of them. */
  Set<Long> dropsOf(Collection<Long> productIds) {
    Map<Long, Bound> products = latest.products;
    Set<Long> drops = new TreeSet<>();
    for (Long id : productIds) {
      Bound bound = products.get(id);
      if (bound != null) {
        drops.add(bound.drop.id());
      }
    }
    return drops;
  }

  /** The same status at both ends of what the time can be. */
  private boolean isCertainlyShut(Drop drop) {
    Status status = drop.status(clock.now());
    return switch (status) {
      case OPEN -> false;
      case SCHEDULED -> clock.isCertainlyBefore(drop.opensAt());
      case CLOSED -> drop.closesAt() != null && clock.isCertainlyAfter(drop.closesAt());
      case PAUSED -> clock.isCertainlyAfter(drop.opensAt());
    };
  }

  private static boolean mayHaveBeenOrdered(Bound bound) {
    Instant closed = bound.drop.closesAt();
    boolean justClosed =
        closed != null && !bound.at.isBefore(closed) && bound.at.isBefore(closed.plus(IN_FLIGHT));
    boolean notYetClosed = closed != null && bound.at.isBefore(closed);
    return bound.orderedAt != null
        || justClosed
        || (notYetClosed && bound.drop.opensAt().isBefore(bound.at));
  }

  Mono<Boolean> read() {
    long asked = nanos.getAsLong();
    return sql.bound(MOST_PRODUCTS)
        .doOnNext(bound -> latest = new Reading(byProduct(bound), asked, true))
        .thenReturn(false);
  }

  private static Map<Long, Bound> byProduct(List<Bound> bound) {
    return bound.stream().collect(Collectors.toMap(Bound::productId, b -> b));
  }
}
