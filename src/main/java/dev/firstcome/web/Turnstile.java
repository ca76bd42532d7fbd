package dev.firstcome.web;

import dev.firstcome.problem.TraceId;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers 429 to those who were {@link TurnedAway}, before anything of Spring or reactor-netty has
 * seen their request. Whatever is out of the ordinary passes, and is refused on the usual way. To
 * stand behind {@link EmptyErrors}, which gives the answer its document.
 */
final class Turnstile extends ChannelDuplexHandler {

  private final TurnedAway turnedAway;
  private final LastWords lastWords;

  /** Requests let through whose answer is not complete: nobody is answered out of turn. */
  private int under;

  private boolean interim;

  /** The rest of a request that has its answer already is dropped. */
  private boolean dropping;

  private boolean answered;

  Turnstile(TurnedAway turnedAway, LastWords lastWords) {
    this.turnedAway = turnedAway;
    this.lastWords = lastWords;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Map<String, String> refusal =
        message instanceof HttpRequest request ? refusal(context, request) : null;
    if (refusal != null) {
      dropping = true;
      answered = true;
      context.write(answer((HttpRequest) message, refusal));
    }
    if (!dropping) {
      under += message instanceof HttpRequest ? 1 : 0;
      context.fireChannelRead(message);
      return;
    }
    dropping = !(message instanceof LastHttpContent);
    ReferenceCountUtil.release(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (answered || dropping) {
      answered = false;
      context.flush();
      // Whoever reads on demand was shown nothing, and so demands nothing.
      context.read();
    }
    context.fireChannelReadComplete();
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof HttpResponse response) {
      interim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }
    if (message instanceof LastHttpContent && !interim) {
      under--;
    }
    context.write(message, promise);
  }

  private @Nullable Map<String, String> refusal(
      ChannelHandlerContext context, HttpRequest request) {
    // Who does not read his answers goes the usual way, which stops reading from him.
    boolean ordinary =
        under == 0
            && context.channel().isWritable()
            && isWrite(request.method())
            && request.decoderResult().isSuccess()
            && HttpUtil.isKeepAlive(request)
            && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
            && !request.headers().contains(HttpHeaderNames.EXPECT)
            && !lastWords.areSaid();
    return ordinary ? turnedAway.find(request) : null;
  }

  private static boolean isWrite(HttpMethod method) {
    return !method.equals(HttpMethod.GET)
        && !method.equals(HttpMethod.HEAD)
        && !method.equals(HttpMethod.OPTIONS);
  }

  private static FullHttpResponse answer(HttpRequest request, Map<String, String> refusal) {
    FullHttpResponse answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.TOO_MANY_REQUESTS, Unpooled.EMPTY_BUFFER);
    answer.headers().set(TraceId.HEADER, TraceId.from(request.headers().get("traceparent")));
    refusal.forEach((name, value) -> answer.headers().set(name, value));
    return answer;
  }
}
