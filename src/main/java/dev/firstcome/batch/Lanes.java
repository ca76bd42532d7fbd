package dev.firstcome.batch;

import io.micrometer.core.instrument.MeterRegistry;
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

  private final LaneSettings settings;
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
      FailureClassifier classifier,
      MeterRegistry meters,
      ObjectProvider<Spans> spans) {
    this(
        settings,
        classifier,
        meters,
        Schedulers.parallel(),
        System::nanoTime,
        spans.getIfAvailable(() -> Spans.NONE));
  }

  /**
   * @param timers watches the deadlines, and is the clock
   */
  Lanes(
      LaneSettings settings, FailureClassifier classifier, MeterRegistry meters, Scheduler timers) {
    this(settings, classifier, meters, timers, () -> timers.now(TimeUnit.NANOSECONDS), Spans.NONE);
  }

  private Lanes(
      LaneSettings settings,
      FailureClassifier classifier,
      MeterRegistry meters,
      Scheduler timers,
      LongSupplier nanos,
      Spans spans) {
    this.settings = settings;
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
    BatchLane<C, T> lane =
        new BatchLane<>(name, settings, work, classifier, meters, timers, nanos, spans);
    lanes.add(lane);
    return lane;
  }

  /** Connections to the database that the lanes take between them at the most. */
  public int connections() {
    return lanes.size() * settings.concurrency();
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
    lanes.forEach(BatchLane::close);
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
