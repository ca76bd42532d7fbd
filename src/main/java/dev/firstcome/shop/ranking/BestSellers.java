package dev.firstcome.shop.ranking;

import dev.firstcome.shop.ranking.Ranking.Place;
import dev.firstcome.shop.ranking.SalesScripts.Outcome;
import dev.firstcome.shop.ranking.SalesScripts.Units;
import dev.firstcome.shop.ranking.SalesSql.Named;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * The products that sell best. However many ask, one instance counts at most twice a second, with
 * one call to Redis and a look at a handful of products.
 */
@Component
class BestSellers {

  private static final Logger log = LoggerFactory.getLogger(BestSellers.class);

  static final int PLACES = 5;

  /** With the relay's and the projection's lingering, a payment shows well within two seconds. */
  private static final Duration FRESH = Duration.ofMillis(500);

  /** Adding up the whole window is dearer. */
  private static final Duration FRESH_FROM_DATABASE = Duration.ofSeconds(1);

  /** Calls, between which Redis serves others, to move a window on that is behind. */
  private static final int CATCHING_UP = 20;

  private static final Duration FAILED = Duration.ofMillis(100);

  private final SalesScripts scripts;
  private final SalesSql sales;
  private final SalesProjector projector;
  private final Clock clock;
  private final Mono<Counted> latest;
  private volatile Map<Long, Named> known = Map.of();

  BestSellers(SalesScripts scripts, SalesSql sales, SalesProjector projector, Clock clock) {
    this.scripts = scripts;
    this.sales = sales;
    this.projector = projector;
    this.clock = clock;
    // Shared while it is on its way too, and never cancelled by those who go away.
    this.latest =
        Mono.defer(this::count)
            .cache(
                counted -> counted.fromRedis() ? FRESH : FRESH_FROM_DATABASE,
                failure -> FAILED,
                () -> Duration.ZERO);
  }

  /** A ranking, and where it came from. */
  record Counted(Ranking ranking, boolean fromRedis) {}

  private record Best(long from, List<Units> units, boolean fromRedis) {}

  Mono<Ranking> latest() {
    return latest.map(Counted::ranking);
  }

  /** Counts anew. */
  Mono<Counted> count() {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return best()
        .flatMap(
            best ->
                named(best.units())
                    .map(
                        names ->
                            new Counted(
                                new Ranking(start(best.from()), now, places(best.units(), names)),
                                best.fromRedis())));
  }

  private static Instant start(long minute) {
    return Instant.ofEpochSecond(minute * 60);
  }

  /** Redis unless it may be out of date; and whatever can still answer if the other cannot. */
  private Mono<Best> best() {
    Mono<Best> fromDatabase =
        Mono.defer(() -> sales.best(PLACES))
            .map(best -> new Best(best.from(), best.units(), false));
    if (projector.isFailing()) {
      return fromDatabase.onErrorResume(away -> fromRedis().switchIfEmpty(Mono.error(() -> away)));
    }
    return fromRedis().switchIfEmpty(fromDatabase);
  }

  /** Empty if Redis is away or does not have it all. */
  private Mono<Best> fromRedis() {
    return scripts
        .top(PLACES)
        .filter(top -> top.word() != Outcome.BEHIND)
        .repeatWhenEmpty(CATCHING_UP, empty -> empty)
        .doOnError(away -> log.debug("best sellers not from Redis: {}", away.toString()))
        .onErrorComplete()
        .filter(top -> top.word() == Outcome.READY)
        .map(top -> new Best(top.from(), top.best(), true));
  }

  /** As they are called now; or as they were a moment ago, if PostgreSQL is away. */
  private Mono<Map<Long, Named>> named(List<Units> best) {
    if (best.isEmpty()) {
      return Mono.just(Map.of());
    }
    return sales
        .named(best)
        .doOnNext(names -> known = names)
        .onErrorResume(
            away ->
                best.stream().allMatch(units -> known.containsKey(units.productId()))
                    ? Mono.just(known)
                    : Mono.error(away));
  }

  private static List<Place> places(List<Units> best, Map<Long, Named> names) {
    List<Place> places = new ArrayList<>();
    for (Units units : best) {
      Named product = names.get(units.productId());
      if (product == null) {
        throw new IllegalStateException("sold, but no product: " + units.productId());
      }
      places.add(
          new Place(
              places.size() + 1, product.id(), product.name(), product.price(), units.units()));
    }
    return List.copyOf(places);
  }
}
