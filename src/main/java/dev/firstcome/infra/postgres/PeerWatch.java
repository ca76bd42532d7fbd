package dev.firstcome.infra.postgres;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection on which a question has stayed without one byte of answer for longer than the
 * server allows itself for any statement: then nobody is there, and the kernel would take a quarter
 * of an hour to say so. A caller that waits on the connection learns of its loss, and the pool
 * makes a new one. Below TLS, and for everything that talks to the server: transactions,
 * repositories, the pool.
 *
 * <p>One timer at a time for each connection, moved when it fires and not with each question, so
 * that a busy connection pays next to nothing. An answer that stops in its middle is the
 * keepalive's to find.
 */
final class PeerWatch extends ChannelDuplexHandler {

  private static final Logger log = LoggerFactory.getLogger(PeerWatch.class);

  private final long limitNanos;

  // All on the connection's own event loop.
  private boolean waiting;
  private long since;
  private @Nullable ScheduledFuture<?> timer;

  PeerWatch(Duration limit) {
    this.limitNanos = limit.toNanos();
  }

  @Override
  public void write(ChannelHandlerContext context, Object bytes, ChannelPromise promise) {
    if (!waiting) {
      waiting = true;
      since = System.nanoTime();
      if (timer == null) {
        watch(context, limitNanos);
      }
    }
    context.write(bytes, promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    waiting = false;
    context.fireChannelRead(bytes);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    waiting = false;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
    context.fireChannelInactive();
  }

  private void watch(ChannelHandlerContext context, long nanos) {
    timer = context.executor().schedule(() -> look(context), nanos, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext context) {
    timer = null;
    if (!waiting) {
      return;
    }
    long left = limitNanos - (System.nanoTime() - since);
    if (left > 0) {
      watch(context, left);
    } else {
      log.warn("{} has not answered for {} ms: closed", context.channel(), limitNanos / 1_000_000);
      context.close();
    }
  }
}
