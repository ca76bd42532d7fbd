package dev.firstcome.http.guard;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Cuts off a client that does not read its answers: they would stay in our memory for as long as it
 * likes. To stand before the encoder. An answer that the kernel takes at once, as nearly all are,
 * starts no timer.
 */
public final class WriteDeadline extends ChannelOutboundHandlerAdapter {

  private final long limitMillis;
  private boolean watching;

  public WriteDeadline(Duration limit) {
    this.limitMillis = limit.toMillis();
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    context.flush();
    if (!watching && isPending(context)) {
      watch(context);
    }
  }

  /** By a reset: else the kernel would keep what it has of the answer until it gives up as well. */
  private static void cut(ChannelHandlerContext context) {
    context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    context.close();
  }

  private static boolean isPending(ChannelHandlerContext context) {
    ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
    return buffer != null && !buffer.isEmpty();
  }

  /** Nothing, written behind all that is pending, is written when all of that is. */
  private void watch(ChannelHandlerContext context) {
    watching = true;
    Future<?> cut =
        context.executor().schedule(() -> cut(context), limitMillis, TimeUnit.MILLISECONDS);
    ChannelFuture written = context.writeAndFlush(Unpooled.EMPTY_BUFFER);
    written.addListener(
        done -> {
          cut.cancel(false);
          watching = false;
          if (isPending(context)) {
            watch(context);
          }
        });
  }
}
