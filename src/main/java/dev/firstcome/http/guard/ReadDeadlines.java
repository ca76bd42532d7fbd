package dev.firstcome.http.guard;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Cuts off a client that sends its request one byte at a time: the server's own timeouts start
 * after the head, and each byte renews its idle timeout. One pair of handlers for each connection,
 * on either side of the decoder, on one event loop. A request that arrives in one piece, as nearly
 * all do, starts no timer.
 */
public final class ReadDeadlines {

  private enum Reading {
    NOTHING,
    HEAD,
    BODY
  }

  private final Duration headTimeout;
  private final Duration bodyTimeout;
  private Reading reading = Reading.NOTHING;
  private Reading timed = Reading.NOTHING;
  private @Nullable ScheduledFuture<?> timer;

  public ReadDeadlines(Duration headTimeout, Duration bodyTimeout) {
    this.headTimeout = headTimeout;
    this.bodyTimeout = bodyTimeout;
  }

  /** To stand before the decoder: sees bytes that are no message yet. */
  public ChannelHandler bytes() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext context, Object bytes) {
        if (reading == Reading.NOTHING) {
          reading = Reading.HEAD;
        }
        context.fireChannelRead(bytes);
      }

      @Override
      public void channelReadComplete(ChannelHandlerContext context) {
        retime(context);
        context.fireChannelReadComplete();
      }

      @Override
      public void channelInactive(ChannelHandlerContext context) {
        reading = Reading.NOTHING;
        retime(context);
        context.fireChannelInactive();
      }
    };
  }

  /** To stand after the decoder: sees where heads and bodies end. */
  public ChannelHandler messages() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof LastHttpContent) {
          reading = Reading.NOTHING;
        } else if (message instanceof HttpRequest) {
          reading = Reading.BODY;
        }
        context.fireChannelRead(message);
      }
    };
  }

  private void retime(ChannelHandlerContext context) {
    if (reading == timed) {
      return;
    }
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
    timed = reading;
    if (reading != Reading.NOTHING) {
      Duration limit = reading == Reading.HEAD ? headTimeout : bodyTimeout;
      timer =
          context
              .executor()
              .schedule(() -> context.close(), limit.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
