package dev.firstcome.infra.jobs;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * One piece of work, again and again: whenever it is woken, and by a timer in case nobody wakes it.
 * In one process it never runs twice at once. While it fails it pauses longer and longer, and says
 * so once.
 */
public final class PeriodicJob {

  private static final Logger log = LoggerFactory.getLogger(PeriodicJob.class);

  /** Instances that started together, or failed together, soon no longer act together. */
  private static final double JITTER = 0.25;

  private final String name;
  private final Duration interval;
  private final Mono<Boolean> work;
  private final JobSettings settings;
  private final Scheduler timers;
  private final DoubleSupplier chance;
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile Sinks.Empty<Void> bell = Sinks.empty();
  private volatile Sinks.Empty<Void> stopping = Sinks.empty();
  private volatile Sinks.Empty<Void> ended = Sinks.empty();

  // Written and read by one turn after the other.
  private int failures;
  private @Nullable Class<?> trouble;

  /**
   * @param interval between two turns if nobody wakes it
   * @param work one bounded turn; emits whether there is more to do at once
   * @param chance from 0 to 1, exclusive: spreads the pauses
   */
  PeriodicJob(
      String name,
      Duration interval,
      Mono<Boolean> work,
      JobSettings settings,
      Scheduler timers,
      DoubleSupplier chance) {
    this.name = name;
    this.interval = interval;
    this.work = work;
    this.settings = settings;
    this.timers = timers;
    this.chance = chance;
  }

  /**
   * There is something to do, now that it is committed. Returns at once; any number of calls before
   * the next turn are one.
   */
  public void wake() {
    bell.tryEmitEmpty();
  }

  void start() {
    if (!running.compareAndSet(false, true)) {
      return;
    }
    stopping = Sinks.empty();
    Sinks.Empty<Void> end = Sinks.empty();
    ended = end;
    Mono.defer(this::turn)
        .repeat(running::get)
        .doFinally(how -> end.tryEmitEmpty())
        .subscribe(
            nothing -> {}, defect -> log.error("{}: stopped for good by a defect", name, defect));
  }

  /** Completes when the turn that has begun is over; no other begins. */
  Mono<Void> stop() {
    if (!running.compareAndSet(true, false)) {
      return Mono.empty();
    }
    stopping.tryEmitEmpty();
    return ended.asMono();
  }

  private Mono<Void> turn() {
    // Hung up before the work looks: a caller that rings the old bell has committed before the
    // look, and one that rings this bell is heard after it. So no wake-up is lost, and none needs a
    // queue.
    Sinks.Empty<Void> fresh = Sinks.empty();
    bell = fresh;
    return Mono.fromFuture(() -> work.toFuture(), true)
        .timeout(settings.deadline(), timers)
        .switchIfEmpty(Mono.error(() -> new IllegalStateException("did not say if there is more")))
        .map(more -> succeeded(more, fresh))
        .onErrorResume(failure -> Mono.just(failed(failure)))
        .flatMap(rest -> Mono.firstWithSignal(rest, stopping.asMono()));
  }

  private Mono<Void> succeeded(boolean more, Sinks.Empty<Void> rung) {
    if (trouble != null) {
      log.info("{}: works again after {} failures", name, failures);
      trouble = null;
      failures = 0;
    }
    if (more) {
      return Mono.empty();
    }
    Mono<Void> woken = rung.asMono().then(Mono.delay(settings.linger(), timers)).then();
    return Mono.firstWithSignal(woken, pause(interval));
  }

  private Mono<Void> failed(Throwable failure) {
    if (failure.getClass() != trouble) {
      log.warn("{}: {}", name, failure.toString());
      trouble = failure.getClass();
    }
    long doubled = settings.minBackoff().toMillis() << Math.min(failures++, 20);
    return pause(Duration.ofMillis(Math.min(doubled, settings.maxBackoff().toMillis())));
  }

  private Mono<Void> pause(Duration about) {
    double factor = 1 + JITTER * (2 * chance.getAsDouble() - 1);
    return Mono.delay(Duration.ofNanos((long) (about.toNanos() * factor)), timers).then();
  }
}
