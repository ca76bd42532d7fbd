package dev.firstcome.infra.observe;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.util.concurrent.EventExecutor;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One event loop and its heartbeat: one at a time, so that a loop that hangs gathers none. */
final class MonitoredEventLoop {

  private static final int DEPTH = 60;

  private final String group;
  private final EventExecutor loop;
  private final ThreadMXBean threads;
  private final Timer delays;

  // The loop's thread writes these two, the watch's thread all others.
  private volatile boolean pending;
  private volatile long thread = -1;
  private long sent;
  private long cpuAtBeat;
  private boolean excused;
  private @Nullable ThreadInfo suspicion;

  MonitoredEventLoop(String group, EventExecutor loop, ThreadMXBean threads, MeterRegistry meters) {
    this.group = group;
    this.loop = loop;
    this.threads = threads;
    this.delays =
        Timer.builder("firstcome.eventloop.delay")
            .description("from a heartbeat to its answer; the maximum tells")
            .tag("loops", group)
            .register(meters);
  }

  String group() {
    return group;
  }

  /** Nanoseconds since the heartbeat that is unanswered; 0 if none is. */
  long waiting(long now) {
    return pending ? Math.max(1, now - sent) : 0;
  }

  void beat(long now) {
    excused = false;
    suspicion = null;
    sent = now;
    cpuAtBeat = thread < 0 ? 0 : threads.getThreadCpuTime(thread);
    pending = true;
    try {
      loop.execute(() -> answer(now));
    } catch (RejectedExecutionException loopIsClosed) {
      // It stays unanswered, and nobody is to blame.
      excused = true;
    }
  }

  private void answer(long beat) {
    delays.record(System.nanoTime() - beat, TimeUnit.NANOSECONDS);
    thread = Thread.currentThread().getId();
    pending = false;
  }

  /** Whatever comes of this heartbeat is not the loop's doing. */
  void excuse() {
    excused = true;
  }

  /** A first look at what it is doing. */
  void suspect() {
    if (suspicion == null && !excused && thread >= 0) {
      suspicion = look();
    }
  }

  /**
   * What keeps it, told once for each heartbeat; null if that cannot be said.
   *
   * @param nanos how long it has kept the heartbeat waiting
   */
  @Nullable EventLoopDelay judge(long nanos) {
    ThreadInfo before = suspicion;
    if (excused || before == null) {
      return null;
    }
    excused = true;
    ThreadInfo now = look();
    long cpu = threads.getThreadCpuTime(thread) - cpuAtBeat;
    return now == null || !pending ? null : EventLoopDelay.of(before, now, cpu, nanos);
  }

  private @Nullable ThreadInfo look() {
    return threads.getThreadInfo(thread, DEPTH);
  }
}
