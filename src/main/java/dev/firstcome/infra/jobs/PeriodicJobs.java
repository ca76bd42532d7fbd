package dev.firstcome.infra.jobs;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Everything that this instance does without being asked: started before the server listens, and
 * stopped after it has stopped listening but before any lane, pool or connection is closed.
 */
@Component
public class PeriodicJobs implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(PeriodicJobs.class);

  private final JobSettings settings;
  private final Scheduler timers;
  private final DoubleSupplier chance;
  private final List<PeriodicJob> loops = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile boolean running;

  @Autowired
  PeriodicJobs(JobSettings settings) {
    this(settings, Schedulers.parallel(), () -> ThreadLocalRandom.current().nextDouble());
  }

  /**
   * @param timers watches intervals and deadlines
   * @param chance from 0 to 1, exclusive: spreads the pauses
   */
  public PeriodicJobs(JobSettings settings, Scheduler timers, DoubleSupplier chance) {
    this.settings = settings;
    this.timers = timers;
    this.chance = chance;
  }

  /**
   * @param interval between two turns if nobody wakes it
   * @param work one bounded turn; emits whether there is more to do at once, and never ends empty
   */
  public PeriodicJob add(String name, Duration interval, Mono<Boolean> work) {
    connections.incrementAndGet();
    return addApart(name, interval, work);
  }

  /** The same, for work that has nothing to do with the database. */
  public PeriodicJob addApart(String name, Duration interval, Mono<Boolean> work) {
    PeriodicJob loop = new PeriodicJob(name, interval, work, settings, timers, chance);
    loops.add(loop);
    if (running) {
      loop.start();
    }
    return loop;
  }

  /** Connections to the database that the loops take between them at the most: one each. */
  public int connections() {
    return connections.get();
  }

  @Override
  public void start() {
    running = true;
    loops.forEach(PeriodicJob::start);
  }

  @Override
  public void stop(Runnable callback) {
    running = false;
    Mono.whenDelayError(loops.stream().map(PeriodicJob::stop).toList())
        .timeout(settings.stopTimeout())
        .doFinally(how -> callback.run())
        .subscribe(
            nothing -> {}, failure -> log.warn("stopped with work begun: {}", failure.toString()));
  }

  @Override
  public void stop() {
    stop(() -> {});
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Below the web server's phases, which lie just under the highest. */
  @Override
  public int getPhase() {
    return 0;
  }
}
