package dev.firstcome.http.sse;

import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One thing that is watched, by somebody. */
final class Topic {

  private final Map<EventLoop, Audience> audiences = new ConcurrentHashMap<>();
  private final Runnable cutOff;
  private volatile Frame newest;

  /** How many watch; the feed's map guards it. */
  int clients;

  Topic(Frame newest, Runnable cutOff) {
    this.newest = newest;
    this.cutOff = cutOff;
  }

  void join(Watcher watcher) {
    audience(watcher).join(watcher);
  }

  void leave(Watcher watcher) {
    audience(watcher).leave(watcher);
  }

  private Audience audience(Watcher watcher) {
    EventLoop loop = watcher.channel().eventLoop();
    return audiences.computeIfAbsent(loop, l -> new Audience(l, cutOff));
  }

  void show(Frame frame) {
    newest = frame;
    showAgain();
  }

  /** For heartbeats, and for those who were busy. */
  void showAgain() {
    audiences.values().forEach(audience -> audience.show(newest));
  }
}
