package dev.firstcome.batch;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.internal.ThreadExecutorMap;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Sends every event loop a heartbeat, keeps how late it was answered, and says who kept a loop from
 * answering for over {@value #LIMIT_MILLIS} ms: whoever does so holds up everybody on that loop. A
 * pause of the whole process, and a machine that had no core to spare, are nobody's fault.
 *
 * <p>And it knows which loop has more to do than it can, so that requests can be refused there
 * before anything is done for them.
 */
@Component
public final class LoopWatch implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(LoopWatch.class);

  static final long LIMIT_MILLIS = 50;

  private static final long LIMIT = TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);

  /** A first look, to be compared with the one at the limit: one look alone may be chance. */
  private static final long SUSPICION = LIMIT * 3 / 5;

  /** Between two looks; a few loops' heartbeats cost about a thousandth of a core. */
  private static final long INTERVAL = LIMIT * 2 / 5;

  /** The watch itself so late: whatever held it up may have held up the loops as well. */
  private static final long LATE = LIMIT / 5;

  /** Places told of; more would not be read. */
  private static final int MOST_PLACES = 100;

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final Map<EventExecutor, WatchedLoop> loops = new IdentityHashMap<>();
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private final MeterRegistry meters;
  private volatile @Nullable Thread watch;

  /**
   * @param groups the loops, by the name of their bean
   * @param settings how long a wait does no harm
   */
  LoopWatch(
      Map<String, EventExecutorGroup> groups, MeterRegistry meters, EventLoopSettings settings) {
    this.meters = meters;
    groups.forEach(
        (name, group) -> {
          String tag = name.replace("EventLoops", "");
          group.forEach(
              loop ->
                  loops.put(
                      loop,
                      new WatchedLoop(
                          tag,
                          loop,
                          threads,
                          meters,
                          new LoopLoad(settings, Duration.ofNanos(INTERVAL)))));
        });
    Gauge.builder("firstcome.eventloop.shedding", loops.values(), LoopWatch::shedding)
        .description("event loops that refuse whom they would keep waiting")
        .register(meters);
  }

  private static double shedding(Collection<WatchedLoop> loops) {
    return loops.stream().filter(WatchedLoop::isShedding).count();
  }

  /**
   * Whether the event loop that the caller is on has time for what has just come. Not while what
   * comes waits too long on average, and this has too: who joins those that wait adds nothing but
   * waiting.
   */
  public boolean admits() {
    WatchedLoop loop = loops.get(ThreadExecutorMap.currentExecutor());
    return loop == null || loop.admits();
  }

  @Override
  public void start() {
    Thread thread = new Thread(this::watch, "loop-watch");
    thread.setDaemon(true);
    watch = thread;
    thread.start();
  }

  private void watch() {
    long due = System.nanoTime();
    while (watch == Thread.currentThread()) {
      long now = System.nanoTime();
      boolean late = now - due > LATE;
      loops.values().forEach(loop -> look(loop, now, late));
      due = System.nanoTime() + INTERVAL;
      LockSupport.parkNanos(INTERVAL);
    }
  }

  private void look(WatchedLoop loop, long now, boolean late) {
    long waiting = loop.waiting(now);
    if (waiting == 0) {
      loop.beat(now);
    } else if (late) {
      loop.excuse();
    } else if (waiting > LIMIT) {
      report(loop, waiting);
    } else if (waiting > SUSPICION) {
      loop.suspect();
    }
  }

  private void report(WatchedLoop loop, long waiting) {
    LoopDelay delay = loop.judge(waiting);
    if (delay == null) {
      return;
    }
    meters
        .counter("firstcome.eventloop.held", "loops", loop.group(), "by", delay.tag())
        .increment();
    if (delay.cause() != LoopDelay.Cause.STARVED
        && told.size() < MOST_PLACES
        && told.add(delay.place())) {
      log.warn("event loop {}", delay.text());
    }
  }

  @Override
  public void stop() {
    watch = null;
  }

  /** No more than the server, which goes on listening. */
  @Override
  public boolean isPauseable() {
    return false;
  }

  @Override
  public boolean isRunning() {
    return watch != null;
  }
}
