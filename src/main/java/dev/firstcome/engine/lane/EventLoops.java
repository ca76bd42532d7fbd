package dev.firstcome.engine.lane;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.concurrent.Executor;

/** Finds the event loop that a request lives on. */
final class EventLoops {

  private static final Executor SAME_THREAD = Runnable::run;

  private EventLoops() {}

  /** The event loop of the calling thread; on any other thread, an executor that just runs. */
  static Executor current() {
    EventExecutor loop = ThreadExecutorMap.currentExecutor();
    return loop == null ? SAME_THREAD : loop;
  }
}
