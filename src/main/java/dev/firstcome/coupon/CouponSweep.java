package dev.firstcome.coupon;

import dev.firstcome.batch.Loops;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Settles what was left: coupons held for users whose request ended unheard, because a process died
 * or a connection was lost. The database knows who has one; the others are released. Every instance
 * sweeps the campaigns that it has lately been asked for: where nobody asks, nobody misses what is
 * held, and whoever asks first puts the campaign among them. Settling twice is as good as once.
 */
@Component
class CouponSweep {

  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /** As long as {@code stock} waits, and for the same reason. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int LIMIT = 500;

  private final Coupons coupons;
  private final CouponScripts scripts;
  private final CouponRepository repository;
  private final Clock clock;
  private final Counter confirmed;
  private final Counter released;

  CouponSweep(
      Coupons coupons,
      CouponScripts scripts,
      CouponRepository repository,
      Clock clock,
      Loops loops,
      MeterRegistry meters) {
    this.coupons = coupons;
    this.scripts = scripts;
    this.repository = repository;
    this.clock = clock;
    this.confirmed = meters.counter("firstcome.sweep", "gate", "coupon", "ending", "confirmed");
    this.released = meters.counter("firstcome.sweep", "gate", "coupon", "ending", "released");
    loops.add("coupon sweep", INTERVAL, Mono.defer(this::sweep));
  }

  /** Settles some of each campaign; emits whether there may be more. */
  Mono<Boolean> sweep() {
    return Flux.fromIterable(coupons.askedFor())
        .concatMap(this::sweep)
        .reduce(false, Boolean::logicalOr);
  }

  private Mono<Boolean> sweep(long couponId) {
    return scripts
        .heldSince(couponId, clock.instant().minus(PATIENCE), LIMIT)
        .flatMap(left -> left.isEmpty() ? Mono.just(false) : settle(couponId, left));
  }

  private Mono<Boolean> settle(long couponId, List<String> left) {
    return repository
        .holdersAmong(couponId, left)
        .flatMap(
            holders -> {
              Set<String> committed = new HashSet<>(holders);
              List<String> others = left.stream().filter(u -> !committed.contains(u)).toList();
              confirmed.increment(holders.size());
              released.increment(others.size());
              return scripts.settle(couponId, holders, others, false);
            })
        .thenReturn(left.size() == LIMIT);
  }
}
