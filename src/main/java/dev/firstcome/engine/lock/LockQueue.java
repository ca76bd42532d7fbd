package dev.firstcome.engine.lock;

import dev.firstcome.engine.lock.NotLocked.Why;
import dev.firstcome.infra.jobs.Background;
import dev.firstcome.infra.jobs.PeriodicJob;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.infra.redis.Script;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * This instance's tickets in the line that all instances share. One call renews all of them, and is
 * the second look at those whose bell was not heard.
 */
public final class LockQueue {

  private static final Logger log = LoggerFactory.getLogger(LockQueue.class);

  private static final Script LINE = Script.named("lock_line");

  // One hash tag for all: names of several products and campaigns are one atomic call. It is used a
  // few times a second where orders come by the thousand, so one node of a cluster has room for it.
  static final String KEY = "lock:{locks}:line";
  static final String CHANNEL = "lock:{locks}:turns";

  private final Redis redis;
  private final LockSettings settings;
  private final Background background;
  private final LongSupplier nanos;
  private final LockMeters meters;
  private final PeriodicJob loop;
  private final Mono<Void> listening;
  private final Map<String, Lease> leases = new ConcurrentHashMap<>();
  private final AtomicLong seen = new AtomicLong();

  public LockQueue(
      Redis redis,
      LockNotifications bell,
      LockSettings settings,
      PeriodicJobs loops,
      Background background,
      LongSupplier nanos,
      MeterRegistry meters) {
    this.redis = redis;
    this.settings = settings;
    this.background = background;
    this.nanos = nanos;
    this.meters = new LockMeters(meters);
    this.loop = loops.add("locks", settings.lease().dividedBy(3), Mono.defer(this::renew));
    this.listening = bell.listen(CHANNEL, this::heard, loop::wake);
  }

  private enum Outcome {
    HELD,
    WAITING,
    BUSY,
    FULL,
    LOST
  }

  Lease lease(Collection<String> names) {
    return new Lease(names, nanos, settings.lease().toNanos());
  }

  /** A number that was given out, wherever it was met: those from now on are greater. */
  void seen(long number) {
    seen.accumulateAndGet(number, Math::max);
  }

  /**
   * Completes when the names are held.
   *
   * @param wait or else to come only if it need not wait
   */
  Mono<Void> enter(Lease lease, boolean wait) {
    leases.put(lease.ticket(), lease);
    return come(lease, wait).then(lease.turn());
  }

  private Mono<Void> come(Lease lease, boolean wait) {
    long asked = nanos.getAsLong();
    return call(lease, wait, List.of(), List.of())
        .doOnNext(words -> told(lease, words.get(0), asked))
        .doOnError(away -> refuse(lease, Why.AWAY, away))
        .onErrorComplete()
        .then();
  }

  /** Ends its waiting; false if it holds its names already, or waits no longer. */
  boolean refuse(Lease lease, Why why, @Nullable Throwable cause) {
    if (!lease.refuse(new NotLocked(why, cause))) {
      return false;
    }
    meters.refused(why);
    switch (why) {
      case BUSY, FULL -> leases.remove(lease.ticket());
      // It has a place; or Redis did not answer, and may have heard.
      case TOO_LATE, AWAY -> background.start("leave the line", leave(lease));
    }
    return true;
  }

  /** The same for one of whom nobody wants to hear any more. */
  void giveUp(Lease lease) {
    if (lease.refuse(new CancellationException())) {
      background.start("leave the line", leave(lease));
    }
  }

  /** The work is over: the names go to the next in line. */
  Mono<Void> end(Lease lease) {
    return Mono.defer(
        () -> {
          lease.end();
          meters.held(lease.held());
          return leave(lease);
        });
  }

  /** Never fails: Redis forgets a ticket of which it hears nothing. */
  private Mono<Void> leave(Lease lease) {
    leases.remove(lease.ticket());
    return call(null, false, List.of(lease), List.of())
        .doOnError(away -> log.debug("a ticket is left to its end: {}", away.toString()))
        .onErrorComplete()
        .then();
  }

  /** Emits false: there is never more to do at once. */
  Mono<Boolean> renew() {
    List<Lease> placed =
        leases.values().stream()
            .filter(Lease::isPlaced)
            .sorted(Comparator.comparingLong(Lease::fence))
            .toList();
    if (placed.isEmpty()) {
      return Mono.just(false);
    }
    long asked = nanos.getAsLong();
    return call(null, false, List.of(), placed)
        .doOnNext(
            words -> {
              for (int i = 0; i < placed.size(); i++) {
                told(placed.get(i), words.get(i), asked);
              }
            })
        .doOnError(away -> placed.forEach(lease -> unheard(lease, away)))
        .thenReturn(false);
  }

  private void told(Lease lease, String text, long asked) {
    String[] parts = text.split(" ");
    switch (Outcome.valueOf(parts[0])) {
      case HELD -> {
        // From when it was asked: Redis counts from later, so it never ends before we know.
        lease.placed(Long.parseLong(parts[1]), asked + settings.lease().toNanos());
        hold(lease, Long.parseLong(parts[1]));
      }
      case WAITING -> {
        if (lease.isHeld()) {
          // An older line has come back, in which somebody is before us.
          lose(lease);
        } else {
          lease.placed(Long.parseLong(parts[1]), asked + settings.lease().toNanos());
          background.start("listen for turns", listening);
        }
      }
      case BUSY -> refuse(lease, Why.BUSY, null);
      case FULL -> refuse(lease, Why.FULL, null);
      case LOST -> lost(lease);
    }
  }

  private void lost(Lease lease) {
    if (lease.isWaiting()) {
      // Redis has forgotten the line, or we were silent for too long: at its end again.
      lease.placeLost();
      background.start("wait anew", come(lease, true));
    } else {
      lose(lease);
    }
  }

  private void unheard(Lease lease, Throwable away) {
    if (!refuse(lease, Why.AWAY, away) && lease.isLost()) {
      lose(lease);
    }
  }

  private void lose(Lease lease) {
    if (lease.isHeld() && lease.lose()) {
      leases.remove(lease.ticket());
      meters.lost();
      log.warn("lost the lease of {} while working", lease.names());
    }
  }

  private void hold(Lease lease, long number) {
    if (lease.hold(number)) {
      seen(number);
      meters.waited(lease.waited());
    }
  }

  /** {@code ticket number ticket number …}, of all instances. */
  private void heard(String message) {
    String[] parts = message.split(" ");
    for (int i = 0; i + 1 < parts.length; i += 2) {
      Lease lease = leases.get(parts[i]);
      if (lease != null) {
        hold(lease, Long.parseLong(parts[i + 1]));
      }
    }
  }

  private Mono<List<String>> call(
      @Nullable Lease comes, boolean wait, List<Lease> leaving, List<Lease> staying) {
    List<String> arguments = new ArrayList<>(8 + leaving.size() + staying.size());
    arguments.add(CHANNEL);
    arguments.add(Long.toString(settings.lease().toMillis()));
    arguments.add(Integer.toString(settings.tickets()));
    arguments.add(Long.toString(seen.get()));
    arguments.add(comes == null ? "" : comes.ticket());
    arguments.add(wait ? "WAIT" : "TRY");
    arguments.add(comes == null ? "" : comes.names());
    arguments.add(Integer.toString(leaving.size()));
    leaving.forEach(lease -> arguments.add(lease.ticket()));
    staying.forEach(lease -> arguments.add(lease.ticket()));
    return redis.run(LINE, new String[] {KEY}, arguments.toArray(String[]::new));
  }
}
