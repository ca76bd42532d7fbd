package dev.firstcome.engine.lane;

import dev.firstcome.infra.observe.Spans;
import dev.firstcome.infra.postgres.DatabaseSettings;
import dev.firstcome.infra.postgres.FailureClassifier;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Opens the lanes and drains them at the end: after the server has stopped listening and before any
 * pool or connection is closed.
 */
@Component
public class Lanes implements SmartLifecycle {

  /** From when a connection is closed because nobody answers on it, until its work has heard so. */
  private static final Duration CLOSING = Duration.ofSeconds(1);

  private final LaneSettings settings;
  private final Duration overtime;
  private final FailureClassifier classifier;
  private final MeterRegistry meters;
  private final Scheduler timers;
  private final LongSupplier nanos;
  private final Spans spans;
  private final List<BatchLane<?, ?>> lanes = new CopyOnWriteArrayList<>();
  private volatile boolean running;

  @Autowired
  Lanes(
      LaneSettings settings,
      DatabaseSettings database,
      FailureClassifier classifier,
      MeterRegistry meters,
      ObjectProvider<Spans> spans) {
    this(
        settings,
        overtime(database),
        classifier,
        meters,
        Schedulers.parallel(),
        System::nanoTime,
        spans.getIfAvailable(() -> Spans.NONE));
  }

  /**
   * @param overtime for how long what a flight had begun before its deadline may still last
   * @param timers watches the deadlines, and is the clock
   */
  Lanes(
      LaneSettings settings,
      Duration overtime,
      FailureClassifier classifier,
      MeterRegistry meters,
      Scheduler timers) {
    this(
        settings,
        overtime,
        classifier,
        meters,
        timers,
        () -> timers.now(TimeUnit.NANOSECONDS),
        Spans.NONE);
  }

  private Lanes(
      LaneSettings settings,
      Duration overtime,
      FailureClassifier classifier,
      MeterRegistry meters,
      Scheduler timers,
      LongSupplier nanos,
      Spans spans) {
    this.settings = settings;
    this.overtime = overtime;
    this.classifier = classifier;
    this.meters = meters;
    this.timers = timers;
    this.nanos = nanos;
    this.spans = spans;
  }

  /**
   * @param work decides and commits a batch, and answers one verdict for each command, in order; it
   *     must be safe to repeat
   */
  public <C, T> BatchLane<C, T> open(String name, Function<List<C>, Mono<List<Verdict<T>>>> work) {
    return open(name, work, LockedRows.unknown());
  }

  /**
   * @param lockedRows finds the commands that wait for a row which somebody else holds, so that
   *     they alone are refused
   */
  public <C, T> BatchLane<C, T> open(
      String name, Function<List<C>, Mono<List<Verdict<T>>>> work, LockedRows<C> lockedRows) {
    LaneWork<C, T> all =
        new LaneWork<>(
            name,
            settings,
            work,
            lockedRows,
            new RowsSetAside(nanos),
            classifier,
            new LaneMeters(name, meters),
            nanos);
    BatchLane<C, T> lane = new BatchLane<>(all, timers, overtime, spans);
    lanes.add(lane);
    return lane;
  }

  /** After which nothing can come any more of a batch that has left: not even its commit. */
  public static Duration longestFlight(LaneSettings lanes, DatabaseSettings database) {
    return lanes.deadline().plus(overtime(database));
  }

  /** How long a shutdown waits for the lanes: for their queues, and then for their last batches. */
  public static Duration longestDrain(LaneSettings lanes, DatabaseSettings database) {
    return lanes.patience().plus(longestFlight(lanes, database));
  }

  private static Duration overtime(DatabaseSettings database) {
    return database.answerTimeout().plus(CLOSING);
  }

  /** Connections to the database that the lanes take between them at the most. */
  public int connections() {
    return lanes.size() * settings.concurrency();
  }

  /** Whether any lane makes everybody wait longer than does no harm: the shop has its fill. */
  public boolean areLate() {
    return lanes.stream().anyMatch(BatchLane::isLate);
  }

  /** Also after a stop: a context may be paused and go on. */
  @Override
  public void start() {
    running = true;
    lanes.forEach(BatchLane::open);
  }

  @Override
  public void stop() {
    running = false;
    Duration limit = settings.patience().plus(settings.deadline()).plus(overtime);
    long end = System.nanoTime() + limit.toNanos();
    lanes.forEach(lane -> lane.close(end));
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Below the loops, which may still be using a lane's tables, and far below the web server. */
  @Override
  public int getPhase() {
    return -1;
  }
}
