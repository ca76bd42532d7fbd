package dev.firstcome.web;

import dev.firstcome.problem.CommonRefusal;
import dev.firstcome.problem.Refusals;
import dev.firstcome.problem.Refused;
import dev.firstcome.problem.TraceId;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Answers writes that have no chance before anything of Spring or reactor-netty has seen them: 429
 * to those who were {@link TurnedAway}, 503 under {@link Congestion}. Whatever is out of the
 * ordinary passes, and is refused on the usual way. To stand behind {@link EmptyErrors}, which
 * gives the answer its document.
 *
 * <p>Who was refused here is not listened to for {@link #PAUSE}: a client that comes back at once
 * instead of after {@code Retry-After} waits in its own socket, and costs nothing meanwhile. Who
 * had sent the next write already, without waiting for an answer, is hung up on.
 */
final class Turnstile extends ChannelDuplexHandler {

  /** A quarter of the shortest {@code Retry-After}: nobody who heeds it notices. */
  static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(250);

  private static final String RETRY_AFTER = "1";

  /** What the turnstiles of all connections know. */
  @Component
  record Keeper(
      TurnedAway turnedAway,
      Congestion congestion,
      LastWords lastWords,
      ClientAddress clients,
      Refusals refusals) {}

  private final Keeper keeper;

  /** Requests let through whose answer is not complete: nobody is answered out of turn. */
  private int under;

  /** The first of them was counted as a write, and has not been answered yet. */
  private boolean writing;

  private boolean interim;

  /** The rest of a request that has its answer already is dropped. */
  private boolean dropping;

  private boolean answered;

  /** So whoever was answered cannot have seen it yet. */
  private boolean unsent;

  private boolean paused;
  private boolean hungUp;

  Turnstile(Keeper keeper) {
    this.keeper = keeper;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Refused refused =
        message instanceof HttpRequest request && !hungUp ? enter(context, request) : null;
    if (refused != null) {
      answer(context, (HttpRequest) message, refused);
      dropping = true;
      answered = true;
      unsent = true;
    }
    if (!dropping && !hungUp) {
      under += message instanceof HttpRequest ? 1 : 0;
      context.fireChannelRead(message);
      return;
    }
    dropping = !(message instanceof LastHttpContent);
    ReferenceCountUtil.release(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (answered) {
      context.flush();
      unsent = false;
    }
    if (answered && !dropping && !isShared(context)) {
      paused = true;
      context.channel().config().setAutoRead(false);
      context.executor().schedule(() -> goOn(context), PAUSE, TimeUnit.NANOSECONDS);
    } else if (answered || dropping) {
      // Whoever reads on demand was shown nothing, and so demands nothing.
      context.read();
    }
    answered &= dropping;
    context.fireChannelReadComplete();
  }

  /** Who reads on demand demands the next request as soon as the last was answered. */
  @Override
  public void read(ChannelHandlerContext context) {
    if (!paused) {
      context.read();
    }
  }

  private void goOn(ChannelHandlerContext context) {
    paused = false;
    context.channel().config().setAutoRead(true);
  }

  /** A proxy's connection carries other people's requests as well. */
  private boolean isShared(ChannelHandlerContext context) {
    return context.channel().remoteAddress() instanceof InetSocketAddress peer
        && keeper.clients.isProxy(peer);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof HttpResponse response) {
      interim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }
    if (message instanceof LastHttpContent && !interim) {
      under--;
      leave();
    }
    context.write(message, promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    leave();
    context.fireChannelInactive();
  }

  private void leave() {
    if (writing) {
      writing = false;
      keeper.congestion.left();
    }
  }

  private @Nullable Refused enter(ChannelHandlerContext context, HttpRequest request) {
    if (under > 0 || !isWrite(request.method())) {
      return null;
    }
    Refused refused = isOrdinary(context, request) ? keeper.turnedAway.find(request) : null;
    if (refused == null && keeper.congestion.admits()) {
      writing = true;
      return null;
    }
    return refused != null ? refused : congested(context, request);
  }

  private @Nullable Refused congested(ChannelHandlerContext context, HttpRequest request) {
    return isOrdinary(context, request)
        ? CommonRefusal.OVERLOADED.refused().withHeader("Retry-After", RETRY_AFTER)
        : null;
  }

  private boolean isOrdinary(ChannelHandlerContext context, HttpRequest request) {
    // Who does not read his answers goes the usual way, which stops reading from him.
    return context.channel().isWritable()
        && request.decoderResult().isSuccess()
        && HttpUtil.isKeepAlive(request)
        && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && !request.headers().contains(HttpHeaderNames.EXPECT)
        && !keeper.lastWords.areSaid();
  }

  private static boolean isWrite(HttpMethod method) {
    return !method.equals(HttpMethod.GET)
        && !method.equals(HttpMethod.HEAD)
        && !method.equals(HttpMethod.OPTIONS);
  }

  private void answer(ChannelHandlerContext context, HttpRequest request, Refused refused) {
    keeper.refusals.count(refused.refusal());
    FullHttpResponse answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(refused.refusal().status().value()),
            Unpooled.EMPTY_BUFFER);
    answer.headers().set(TraceId.HEADER, TraceId.from(request.headers().get("traceparent")));
    refused.headers().forEach((name, value) -> answer.headers().set(name, value));
    if (unsent && !isShared(context)) {
      hungUp = true;
      answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      context.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
    } else {
      context.write(answer);
    }
  }
}
