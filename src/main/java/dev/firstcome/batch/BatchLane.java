package dev.firstcome.batch;

import dev.firstcome.problem.CommonRefusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/**
 * Group commit for one kind of command: a batch forms while the last one flies.
 *
 * <p>A command waits in a bounded queue until the lane's batch in flight has come back; then
 * everything that has queued leaves together. Beside one in flight another leaves only if it is
 * full or has been kept for long. Nobody lingers: under light load a batch is one command. The lane
 * owns the work from {@link #submit} on, so a caller that goes away cancels nothing. Under standing
 * overload ({@link QueueDelay}) it refuses at once rather than after waiting.
 *
 * @param <C> the command
 * @param <T> what a command makes or finds
 */
public final class BatchLane<C, T> {

  private static final Logger log = LoggerFactory.getLogger(BatchLane.class);

  /** How long {@link #close} waits for what was accepted: within Boot's 30 s shutdown phase. */
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(15);

  /** In the Reactor context of a batch: the {@link Timer} of its transactions. */
  public static final Object COMMITS = "firstcome.commits";

  private final String name;
  private final LaneSettings settings;
  private final Function<List<C>, Mono<List<Verdict<T>>>> work;
  private final FailureClassifier classifier;
  private final Scheduler timers;
  private final LongSupplier nanos;
  private final Spans spans;
  private final QueueDelay delay;
  private final Queue<Waiter<C, T>> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger held = new AtomicInteger();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Counter refused;
  private final DistributionSummary sizes;
  private final Timer durations;
  private final Timer commits;

  /**
   * @param work decides and commits a batch, and answers one verdict for each command, in order; it
   *     must be safe to repeat
   * @param classifier tells what a failure of {@code work} means
   * @param timers watches the deadline
   * @param nanos a clock that never goes back
   */
  BatchLane(
      String name,
      LaneSettings settings,
      Function<List<C>, Mono<List<Verdict<T>>>> work,
      FailureClassifier classifier,
      MeterRegistry meters,
      Scheduler timers,
      LongSupplier nanos,
      Spans spans) {
    this.name = name;
    this.settings = settings;
    this.work = work;
    this.classifier = classifier;
    this.timers = timers;
    this.nanos = nanos;
    this.spans = spans;
    this.delay = new QueueDelay(settings.target(), settings.interval(), settings.maxBatch(), nanos);
    this.refused =
        Counter.builder("firstcome.lane.refused")
            .description("commands that were refused because too many waited, or had for too long")
            .tag("lane", name)
            .register(meters);
    this.sizes = meters.summary("firstcome.lane.batch.size", "lane", name);
    this.durations =
        Times.timer(
            meters, "firstcome.lane.batch.duration", "one batch, all its stages", "lane", name);
    this.commits =
        Times.timer(
            meters,
            "firstcome.lane.commit",
            "one transaction, connection and commit included",
            "lane",
            name);
    Gauge.builder("firstcome.lane.depth", held, AtomicInteger::get)
        .tag("lane", name)
        .register(meters);
    Gauge.builder("firstcome.lane.shedding", delay, d -> d.isShedding() ? 1 : 0)
        .description("1 while the lane takes no more than its next batch carries")
        .tag("lane", name)
        .register(meters);
  }

  /**
   * Queues the command on subscription.
   *
   * @return its effect, once committed; or {@link dev.firstcome.problem.Refused}: the decision's
   *     refusal, {@code OVERLOADED} when the lane is full or has been for too long, in which case
   *     nothing was done, {@code DEPENDENCY_UNAVAILABLE} when the store is away
   */
  public Mono<Verdict.Done<T>> submit(C command) {
    return Mono.create(
        sink -> enqueue(new Waiter<>(command, sink, EventLoops.current(), nanos.getAsLong())));
  }

  private void enqueue(Waiter<C, T> waiter) {
    // Reserved before it is queued, so that the limit holds however many arrive at once.
    boolean fits = held.incrementAndGet() <= settings.capacity();
    if (!fits || closed.get() || !delay.admits(waiting.get())) {
      held.decrementAndGet();
      refused.increment();
      waiter.sink.error(CommonRefusal.OVERLOADED.refused());
      return;
    }
    waiting.incrementAndGet();
    queue.add(waiter);
    pump();
  }

  private void pump() {
    while (!queue.isEmpty() && reserveFlight()) {
      List<Waiter<C, T>> batch = take();
      if (batch.isEmpty()) {
        // Another thread took them between the look and the reservation. Look again: a command
        // added meanwhile may have seen no free flight.
        inFlight.decrementAndGet();
      } else {
        fly(batch);
      }
    }
  }

  private boolean reserveFlight() {
    int now = inFlight.get();
    while (now == 0 || now < settings.concurrency() && fliesBeside()) {
      if (inFlight.compareAndSet(now, now + 1)) {
        return true;
      }
      now = inFlight.get();
    }
    return false;
  }

  /**
   * Two half batches at once cost two commits and wait for each other's rows. Asked whenever a
   * command comes or a batch lands, so one that hangs holds up nobody who is followed by others.
   */
  private boolean fliesBeside() {
    Waiter<C, T> first = queue.peek();
    return waiting.get() >= settings.maxBatch()
        || first != null && nanos.getAsLong() - first.since > settings.target().toNanos();
  }

  /** A batch of those who still wait; who has waited for too long hears so, and has no effect. */
  private List<Waiter<C, T>> take() {
    long now = nanos.getAsLong();
    List<Waiter<C, T>> batch = new ArrayList<>();
    List<Waiter<C, T>> late = new ArrayList<>();
    for (Waiter<C, T> next; batch.size() < settings.maxBatch() && (next = queue.poll()) != null; ) {
      boolean inTime = now - next.since <= settings.deadline().toNanos();
      (inTime ? batch : late).add(next);
    }
    waiting.addAndGet(-batch.size() - late.size());
    if (!batch.isEmpty()) {
      delay.left(now - batch.get(batch.size() - 1).since);
    }
    if (!late.isEmpty()) {
      refused.increment(late.size());
      held.addAndGet(-late.size());
      answer(late, Collections.nCopies(late.size(), tooLate()));
    }
    return batch;
  }

  private static <T> Verdict<T> tooLate() {
    return Verdict.no(CommonRefusal.OVERLOADED.refused());
  }

  private void fly(List<Waiter<C, T>> batch) {
    long start = System.nanoTime();
    sizes.record(batch.size());
    List<C> commands = new ArrayList<>(batch.size());
    batch.forEach(waiter -> commands.add(waiter.command));
    Mono<List<Verdict<T>>> flight =
        spans.batch(
            name,
            batch.size(),
            i -> batch.get(i).sink.contextView(),
            attempt(commands, settings.retries()));
    // Abandoned at the deadline rather than cancelled: cancelling a query wedges its connection.
    Mono.fromFuture(flight.toFuture(), true)
        .timeout(settings.deadline(), timers)
        .onErrorResume(failure -> Mono.just(all(commands, failed(failure))))
        .subscribe(
            verdicts -> {
              durations.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
              land(batch, verdicts);
            });
  }

  private Mono<List<Verdict<T>>> attempt(List<C> commands, int retriesLeft) {
    return Mono.defer(() -> work.apply(commands))
        .contextWrite(context -> context.put(COMMITS, commits))
        .map(verdicts -> requireOneEach(commands, verdicts))
        .switchIfEmpty(Mono.error(() -> new IllegalStateException(name + ": no verdicts")))
        .onErrorResume(failure -> recover(commands, retriesLeft, failure));
  }

  private Mono<List<Verdict<T>>> recover(List<C> commands, int retriesLeft, Throwable failure) {
    Failure kind = classifier.classify(failure);
    if (kind == Failure.UNAVAILABLE) {
      log.warn("lane {}: store unavailable: {}", name, failure.toString());
      return Mono.just(all(commands, failed(CommonRefusal.DEPENDENCY_UNAVAILABLE.refused())));
    }
    if (kind == Failure.TRANSIENT && retriesLeft > 0) {
      return attempt(commands, retriesLeft - 1);
    }
    if (commands.size() == 1) {
      log.error("lane {}: a command failed", name, failure);
      return Mono.just(all(commands, failed(failure)));
    }
    int half = commands.size() / 2;
    return attempt(commands.subList(0, half), settings.retries())
        .zipWhen(
            first -> attempt(commands.subList(half, commands.size()), settings.retries()),
            BatchLane::concat);
  }

  private void land(List<Waiter<C, T>> batch, List<Verdict<T>> verdicts) {
    inFlight.decrementAndGet();
    held.addAndGet(-batch.size());
    pump();
    answer(batch, verdicts);
  }

  private void answer(List<Waiter<C, T>> batch, List<Verdict<T>> verdicts) {
    // Each reply on its request's own loop, one task per loop: otherwise the one driver thread that
    // read the commit would encode every response.
    Map<Executor, List<Runnable>> replies = new IdentityHashMap<>();
    for (int i = 0; i < batch.size(); i++) {
      Waiter<C, T> waiter = batch.get(i);
      Verdict<T> verdict = verdicts.get(i);
      replies
          .computeIfAbsent(waiter.home, home -> new ArrayList<>())
          .add(() -> waiter.reply(verdict));
    }
    replies.forEach(BatchLane::runOn);
  }

  private static void runOn(Executor home, List<Runnable> replies) {
    try {
      home.execute(() -> replies.forEach(Runnable::run));
    } catch (RejectedExecutionException loopIsClosed) {
      // The server is going down: nobody listens there any more, but every waiter gets its end.
      replies.forEach(Runnable::run);
    }
  }

  private List<Verdict<T>> requireOneEach(List<C> commands, List<Verdict<T>> verdicts) {
    if (verdicts.size() != commands.size()) {
      throw new IllegalStateException(
          name + ": " + verdicts.size() + " verdicts for " + commands.size() + " commands");
    }
    return verdicts;
  }

  private static <T> Verdict<T> failed(Throwable failure) {
    return new Verdict.Failed<>(
        failure instanceof TimeoutException
            ? CommonRefusal.DEPENDENCY_UNAVAILABLE.refused()
            : failure);
  }

  private static <C, T> List<Verdict<T>> all(List<C> commands, Verdict<T> verdict) {
    return Collections.nCopies(commands.size(), verdict);
  }

  private static <T> List<T> concat(List<T> first, List<T> second) {
    List<T> both = new ArrayList<>(first);
    both.addAll(second);
    return both;
  }

  /** Takes commands, again after it was closed. */
  void open() {
    closed.set(false);
  }

  /** Refuses what comes from now on and waits, within a limit, for what was accepted. */
  void close() {
    closed.set(true);
    long end = System.nanoTime() + DRAIN_LIMIT.toNanos();
    while (held.get() > 0 && System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    if (held.get() > 0) {
      log.warn("lane {}: closed with {} commands undecided", name, held.get());
    }
  }

  private record Waiter<C, T>(
      C command, MonoSink<Verdict.Done<T>> sink, Executor home, long since) {

    void reply(@Nullable Verdict<T> verdict) {
      if (verdict instanceof Verdict.Done<T> done) {
        sink.success(done);
      } else if (verdict instanceof Verdict.No<T> no) {
        sink.error(no.because());
      } else if (verdict instanceof Verdict.Failed<T> failed) {
        sink.error(failed.cause());
      }
    }
  }
}
