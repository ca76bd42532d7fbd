package dev.firstcome.http.problem;

import dev.firstcome.infra.observe.TraceId;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/**
 * Gives a problem document to the errors that never reach Spring's door: heads that are too long,
 * request lines that cannot be parsed, and whatever else leaves without a body.
 */
public final class ProblemBodyHandler extends ChannelDuplexHandler {

  private final JsonMapper json;
  private final RetryAfter retryAfter;
  private final List<String> origins;
  private @Nullable String acceptLanguage;
  private @Nullable String origin;
  private String path = "/";

  /**
   * @param origins whose pages may read it
   */
  public ProblemBodyHandler(JsonMapper json, RetryAfter retryAfter, List<String> origins) {
    this.json = json;
    this.origins = origins;
    this.retryAfter = retryAfter;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest request) {
      boolean readable = request.decoderResult().isSuccess();
      acceptLanguage = readable ? request.headers().get(HttpHeaderNames.ACCEPT_LANGUAGE) : null;
      origin = readable ? request.headers().get(HttpHeaderNames.ORIGIN) : null;
      path = readable ? request.uri() : "/";
    }
    context.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof FullHttpResponse response
        && response.status().code() >= 400
        && !response.content().isReadable()
        && !response.headers().contains(HttpHeaderNames.CONTENT_TYPE)) {
      response.release();
      context.write(documented(response), promise);
    } else {
      context.write(message, promise);
    }
  }

  private FullHttpResponse documented(FullHttpResponse empty) {
    String known = empty.headers().get(TraceId.HEADER);
    String traceId = known == null ? TraceId.random() : known;
    int status = empty.status().code();
    int query = path.indexOf('?');
    String instance = query < 0 ? path : path.substring(0, query);
    byte[] document =
        json.writeValueAsBytes(
            ProblemDocument.of(refused(status), status, instance, traceId, acceptLanguage));
    ByteBuf body = Unpooled.wrappedBuffer(document);
    HttpHeaders headers = empty.headers().copy();
    headers
        .set(TraceId.HEADER, traceId)
        .set("X-Content-Type-Options", "nosniff")
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .add(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_LANGUAGE)
        .set(HttpHeaderNames.CONTENT_TYPE, MediaType.APPLICATION_PROBLEM_JSON_VALUE)
        .set(
            HttpHeaderNames.CONTENT_LANGUAGE,
            ProblemDocument.language(acceptLanguage).toLanguageTag())
        .setInt(HttpHeaderNames.CONTENT_LENGTH, document.length);
    if (origin != null && origins.contains(origin)) {
      headers
          .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
          .add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
    }
    if (RetryAfter.isRefusal(status)) {
      String least = headers.get(HttpHeaderNames.RETRY_AFTER);
      headers.set(HttpHeaderNames.RETRY_AFTER, retryAfter.after(status, least));
    }
    return new DefaultFullHttpResponse(
        empty.protocolVersion(), empty.status(), body, headers, empty.trailingHeaders());
  }

  private static Refused refused(int status) {
    return switch (status) {
      case 403 -> CommonRefusal.FORBIDDEN.refused();
      case 404 -> CommonRefusal.NOT_FOUND.refused();
      case 405 -> CommonRefusal.METHOD_NOT_ALLOWED.refused();
      case 429 -> CommonRefusal.TOO_MANY_REQUESTS.refused();
      case 413 -> CommonRefusal.BODY_TOO_LARGE.refused();
      case 503 -> CommonRefusal.OVERLOADED.refused();
      default ->
          status < 500
              ? Violation.of("", Rule.REQUEST).refused()
              : CommonRefusal.INTERNAL.refused();
    };
  }
}
