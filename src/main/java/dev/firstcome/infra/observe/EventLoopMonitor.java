package dev.firstcome.infra.observe;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Sends every event loop a heartbeat, keeps how late it was answered, and says what kept a loop
 * from answering for over {@value #LIMIT_MILLIS} ms: it holds up everyone on that loop. A pause of
 * the whole process, and a machine that had no core to spare, are nobody's fault.
 */
@Component
final class EventLoopMonitor implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(EventLoopMonitor.class);

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

  private final List<MonitoredEventLoop> loops = new ArrayList<>();
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private final MeterRegistry meters;
  private volatile @Nullable Thread watch;

  /**
   * @param groups the loops, by the name of their bean
   */
  @Autowired
  EventLoopMonitor(Map<String, EventExecutorGroup> groups, MeterRegistry meters) {
    this(groups, meters, ManagementFactory.getThreadMXBean());
  }

  EventLoopMonitor(
      Map<String, EventExecutorGroup> groups, MeterRegistry meters, ThreadMXBean threads) {
    this.meters = meters;
    groups.forEach(
        (name, group) -> {
          for (EventExecutor loop : group) {
            loops.add(
                new MonitoredEventLoop(name.replace("EventLoops", ""), loop, threads, meters));
          }
        });
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
      loops.forEach(loop -> look(loop, now, late));
      due = System.nanoTime() + INTERVAL;
      LockSupport.parkNanos(INTERVAL);
    }
  }

  private void look(MonitoredEventLoop loop, long now, boolean late) {
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

  private void report(MonitoredEventLoop loop, long waiting) {
    EventLoopDelay delay = loop.judge(waiting);
    if (delay == null) {
      return;
    }
    meters
        .counter("firstcome.eventloop.held", "loops", loop.group(), "by", delay.tag())
        .increment();
    if (delay.cause() != EventLoopDelay.Cause.STARVED
        && told.size() < MOST_PLACES
        && told.add(delay.place())) {
      log.warn("event loop {}", delay.text());
    }
  }

  @Override
  public void stop() {
    watch = null;
  }

  @Override
  public boolean isRunning() {
    return watch != null;
  }
}
