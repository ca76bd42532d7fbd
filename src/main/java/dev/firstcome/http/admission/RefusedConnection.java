package dev.firstcome.http.admission;

import dev.firstcome.infra.observe.TraceId;
import dev.firstcome.refusal.Refused;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.TimeUnit;

/**
 * How a connection is treated after a refusal. It is not listened to for {@link #PAUSE}: a client
 * that comes back at once instead of after {@code Retry-After} waits in its own socket, and costs
 * nothing meanwhile. One that had sent its next write already, without waiting for an answer, is
 * hung up on. A trusted proxy's connection carries other people's requests as well: it is spared.
 */
final class RefusedConnection {

  /** A quarter of the shortest {@code Retry-After}: a client that honours it does not notice. */
  static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(250);

  private final Admission admission;
  private boolean answered;

  /** So the client cannot have seen its answer yet. */
  private boolean unsent;

  private boolean paused;
  private boolean hungUp;

  RefusedConnection(Admission admission) {
    this.admission = admission;
  }

  boolean isHungUp() {
    return hungUp;
  }

  boolean isPaused() {
    return paused;
  }

  /** Without a body: the handler before this one gives it its document. */
  void answer(ChannelHandlerContext context, HttpRequest request, Refused refused) {
    admission.count(refused);
    FullHttpResponse answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(refused.refusal().status().value()),
            Unpooled.EMPTY_BUFFER);
    answer.headers().set(TraceId.HEADER, TraceId.from(request.headers().get("traceparent")));
    refused.headers().forEach((name, value) -> answer.headers().set(name, value));
    if (unsent && !admission.isShared(context)) {
      hungUp = true;
      answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      context.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
    } else {
      context.write(answer);
    }
    answered = true;
    unsent = true;
  }

  /**
   * @param dropping the rest of the refused request is still to come
   * @param waiting so is the rest of another
   */
  void readComplete(ChannelHandlerContext context, boolean dropping, boolean waiting) {
    if (answered) {
      context.flush();
      unsent = false;
    }
    if (answered && !dropping && !admission.isShared(context)) {
      paused = true;
      context.channel().config().setAutoRead(false);
      context.executor().schedule(() -> goOn(context), PAUSE, TimeUnit.NANOSECONDS);
    } else if (answered || dropping || waiting) {
      // A handler that reads on demand was shown nothing, and so demands nothing.
      context.read();
    }
    answered &= dropping;
  }

  private void goOn(ChannelHandlerContext context) {
    paused = false;
    context.channel().config().setAutoRead(true);
  }
}
