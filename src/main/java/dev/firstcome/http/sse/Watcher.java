package dev.firstcome.http.sse;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A client of a stream, after its first event. It is written to beneath Reactor, whose operators
 * would fetch and hold a hundred events for a client that takes none; here it is one. All but its
 * end happens on the connection's event loop.
 */
final class Watcher {

  private final Channel channel;
  private final long heartbeatNanos;
  private final long stuckNanos;
  private Frame shown;
  private long written;
  private @Nullable ChannelFuture underWay;
  private volatile boolean over;

  /**
   * @param shown what the client has seen
   * @param now {@link System#nanoTime()}
   */
  Watcher(Channel channel, Frame shown, long now, Duration heartbeat, Duration stuckAfter) {
    this.channel = channel;
    this.shown = shown;
    this.written = now;
    this.heartbeatNanos = heartbeat.toNanos();
    this.stuckNanos = stuckAfter.toNanos();
  }

  Channel channel() {
    return channel;
  }

  /**
   * Tells the client what is new to it, unless it is still busy with what it was told before: then
   * it will hear what is newest when it is not.
   *
   * @return whether this very call gave up on the client
   */
  boolean show(Frame newest, long now) {
    if (over) {
      return false;
    }
    if (underWay != null && !underWay.isDone()) {
      return now - written > stuckNanos && cutOff();
    }
    if (!newest.isSameAs(shown)) {
      shown = newest;
      write(newest.bytes(), now);
    } else if (now - written > heartbeatNanos) {
      write(Frame.HEARTBEAT, now);
    }
    return false;
  }

  private void write(byte[] bytes, long now) {
    written = now;
    underWay = channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
  }

  private boolean cutOff() {
    over = true;
    channel.close();
    return true;
  }

  /** Nothing is written from here on; before the end of the response is, so that it is the end. */
  void end() {
    over = true;
  }
}
