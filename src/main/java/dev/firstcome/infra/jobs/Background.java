package dev.firstcome.infra.jobs;

import dev.firstcome.infra.observe.LogLimit;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Runs what no reply waits for: telling the gate how a batch ended, loading it. Such work may be
 * lost at any moment without harm, because a sweep or the next request makes up for it. A shutdown
 * lets what has begun come to its end, so that no gate holds what nobody waits for.
 */
@Component
public class Background implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(Background.class);

  /** Pieces of work in flight; above it new ones are dropped, as a crash would drop them. */
  private static final int LIMIT = 1024;

  /**
   * Loads in flight, each of which takes a connection to the database: after a loss of Redis every
   * campaign is to be loaded at once, and requests need connections too.
   */
  private static final int LOADS = 3;

  /** How long a shutdown waits for it: each piece has time limits of its own. */
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(5);

  private final Semaphore places = new Semaphore(LIMIT);
  private final Semaphore loads = new Semaphore(LOADS);
  private final Counter dropped;
  private final Counter failed;
  private final LogLimit troubles = new LogLimit(log);
  private volatile boolean running;

  public Background(MeterRegistry meters) {
    this.dropped =
        Counter.builder("firstcome.background.dropped")
            .description("pieces of background work that found no place")
            .register(meters);
    this.failed =
        Counter.builder("firstcome.background.failed")
            .description("pieces of background work that failed, which something else makes up for")
            .register(meters);
    Gauge.builder("firstcome.background.in.flight", places, p -> LIMIT - p.availablePermits())
        .register(meters);
  }

  /**
   * Starts the work, or drops it when there is too much already. Its failure is counted and logged.
   *
   * @return whether it was started: if not, nothing of it was subscribed to
   */
  public boolean start(String what, Mono<?> work) {
    if (!places.tryAcquire()) {
      dropped.increment();
      troubles.warn("{}: dropped, {} pieces of work are in flight", what, LIMIT);
      return false;
    }
    work.doFinally(end -> places.release()).subscribe(done -> {}, failure -> failed(what, failure));
    return true;
  }

  /**
   * The same for work that reads much of the database. Above their limit new ones are not started:
   * the next request for what they load tries again.
   */
  public boolean load(String what, Mono<?> work) {
    if (!loads.tryAcquire()) {
      return false;
    }
    boolean started = start(what, work.doFinally(end -> loads.release()));
    if (!started) {
      loads.release();
    }
    return started;
  }

  /** Connections to the database that loads take between them at the most. */
  public int connections() {
    return LOADS;
  }

  /** Every batch of an outage fails here: counted each, told once in a while. */
  private void failed(String what, Throwable failure) {
    failed.increment();
    troubles.warn("{}: {}", what, failure.toString());
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    long end = System.nanoTime() + DRAIN_LIMIT.toNanos();
    while (places.availablePermits() < LIMIT && System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Below the lanes, whose last batches start the last of it. */
  @Override
  public int getPhase() {
    return -2;
  }
}
