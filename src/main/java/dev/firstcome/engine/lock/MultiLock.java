package dev.firstcome.engine.lock;

import dev.firstcome.engine.lock.NotLocked.Why;
import dev.firstcome.infra.jobs.Background;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.infra.redis.RedisSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Locks any number of names at once, all of them or none, over all instances: for work that spans
 * Redis, PostgreSQL and several products. First come, first served, for each name.
 *
 * <p>It spares work and keeps an order; it does not guard the truth. A lease can be lost while its
 * work runs, so what is written under it carries {@link Lease#fence()}, and is refused where a
 * greater one has written.
 *
 * <p>Not reentrant: work that asks for a name that it holds waits for itself until it is too late.
 * Nobody asks inside a transaction, or a row lock would wait for a name and a name for a row lock.
 */
@Component
public class MultiLock {

  private final LockQueue line;
  private final Duration patience;
  private final Scheduler timers;

  @Autowired
  MultiLock(
      Redis redis,
      LockNotifications bell,
      LockSettings settings,
      RedisSettings redisSettings,
      PeriodicJobs loops,
      Background background,
      MeterRegistry meters) {
    this(
        new LockQueue(redis, bell, settings, loops, background, System::nanoTime, meters),
        settings.patience(),
        Schedulers.parallel());
    if (settings.lease().compareTo(redisSettings.timeout().multipliedBy(2)) < 0) {
      throw new IllegalArgumentException(
          "firstcome.locks.lease must be at least twice spring.data.redis.timeout, or one"
              + " renewal without an answer loses it");
    }
  }

  /**
   * @param patience how long anybody waits
   * @param timers watches that
   */
  public MultiLock(LockQueue line, Duration patience, Scheduler timers) {
    this.line = line;
    this.patience = patience;
    this.timers = timers;
  }

  /**
   * Does the work when all names are held, and lets go of them when it is over. Cancelled while it
   * waits, it leaves its place; cancelled later, the work goes on to its end, unheard and locked.
   *
   * @return what the work gives; {@link NotLocked} unless it has begun
   */
  public <T> Mono<T> with(Collection<String> names, Function<Lease, Mono<T>> work) {
    return under(names, true, work);
  }

  /**
   * The same if nobody has any of the names or waits for one; else nothing.
   *
   * @return whether the work was done; {@link NotLocked} if Redis is away
   */
  public Mono<Boolean> ifFree(Collection<String> names, Function<Lease, Mono<Void>> work) {
    return under(names, false, work)
        .thenReturn(true)
        .onErrorResume(
            NotLocked.class, no -> no.why() == Why.AWAY ? Mono.error(no) : Mono.just(false));
  }

  /**
   * A fence that a refused write has met: those given from now on are greater, also if Redis has
   * forgotten it and its clock is behind.
   */
  public void seen(long fence) {
    line.seen(fence);
  }

  private <T> Mono<T> under(Collection<String> names, boolean wait, Function<Lease, Mono<T>> work) {
    return Mono.deferContextual(
        context -> {
          Lease lease = line.lease(names);
          // On its own from here on: a caller that leaves ends the waiting, never the work.
          CompletableFuture<T> whole =
              entered(lease, wait)
                  .then(Mono.defer(() -> worked(lease, work)))
                  .contextWrite(context)
                  .toFuture();
          return Mono.fromFuture(whole, true).doOnCancel(() -> line.giveUp(lease));
        });
  }

  private Mono<Void> entered(Lease lease, boolean wait) {
    return line.enter(lease, wait)
        .timeout(
            patience,
            Mono.defer(
                () -> {
                  // Unless its turn has come at this very moment.
                  line.refuse(lease, Why.TOO_LATE, null);
                  return lease.turn();
                }),
            timers);
  }

  private <T> Mono<T> worked(Lease lease, Function<Lease, Mono<T>> work) {
    return Mono.usingWhen(
        Mono.just(lease), work, line::end, (held, failure) -> line.end(held), line::end);
  }
}
