package dev.firstcome.http.sse;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;

/** Those on one event loop who watch the same. Only that loop touches the list. */
final class Audience {

  /** Written to in one go: about half a millisecond, in which the loop's requests wait. */
  private static final int SLICE = 64;

  private final EventExecutor loop;
  private final Runnable cutOff;
  private final List<Watcher> watchers = new ArrayList<>();

  /**
   * @param cutOff told of each client that was given up
   */
  Audience(EventLoop loop, Runnable cutOff) {
    this.loop = loop;
    this.cutOff = cutOff;
  }

  /** After what the loop is at: the response's head and first event are before it in the queue. */
  void join(Watcher watcher) {
    loop.execute(() -> watchers.add(watcher));
  }

  void leave(Watcher watcher) {
    loop.execute(() -> watchers.remove(watcher));
  }

  void show(Frame newest) {
    loop.execute(() -> show(newest, 0));
  }

  /** A client that is passed over because another left is told in the next period. */
  private void show(Frame newest, int from) {
    int to = Math.min(from + SLICE, watchers.size());
    long now = System.nanoTime();
    for (int i = from; i < to; i++) {
      if (watchers.get(i).show(newest, now)) {
        cutOff.run();
      }
    }
    if (to < watchers.size()) {
      loop.execute(() -> show(newest, to));
    }
  }
}
