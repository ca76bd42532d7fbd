package dev.firstcome.http.guard;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What HTTP demands of every server and the library beneath leaves open (RFC 9110 and 9112): one
 * {@code Host} that can be one, a target and headers that are UTF-8, a {@code Date} on every
 * answer, and no chunks for HTTP/1.0, whose answers of unknown length end with their connection. A
 * request that breaks a rule is passed on as one that could not be read, and so refused in its
 * turn.
 */
public final class HttpRules extends ChannelDuplexHandler {

  private static final Pattern HOST = Pattern.compile("[\\w.~!$&'()*+,;=%:\\[\\]-]*");

  /** The headers that somebody here reads: what stands in others is no concern of ours. */
  private static final Set<String> READ =
      Set.of(
          "accept",
          "accept-encoding",
          "accept-language",
          "access-control-request-headers",
          "access-control-request-method",
          "authorization",
          "content-encoding",
          "content-type",
          "idempotency-key",
          "if-match",
          "if-modified-since",
          "if-none-match",
          "last-event-id",
          "origin",
          "traceparent",
          "x-forwarded-for");

  private HttpVersion version = HttpVersion.HTTP_1_1;
  private boolean dropping;
  private boolean closing;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest request && request.decoderResult().isSuccess()) {
      version = request.protocolVersion();
      String broken = broken(request);
      if (broken != null) {
        dropping = !(message instanceof LastHttpContent);
        ReferenceCountUtil.release(message);
        context.fireChannelRead(unreadable(request, broken));
        return;
      }
    }
    if (dropping) {
      dropping = !(message instanceof LastHttpContent);
      ReferenceCountUtil.release(message);
    } else {
      context.fireChannelRead(message);
    }
  }

  private static @Nullable String broken(HttpRequest request) {
    List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
    boolean mayHaveNone = !request.protocolVersion().equals(HttpVersion.HTTP_1_1);
    if (hosts.size() > 1 || (hosts.isEmpty() && !mayHaveNone)) {
      return "not one Host";
    }
    if (!hosts.isEmpty() && !HOST.matcher(hosts.get(0)).matches()) {
      return "no Host at all";
    }
    if (!Utf8.isTarget(request.uri())) {
      return "a target that is not UTF-8";
    }
    return areUtf8(request.headers()) ? null : "a header that is not UTF-8";
  }

  private static boolean areUtf8(HttpHeaders headers) {
    Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> header = all.next();
      if (!Utf8.isValue(header.getValue()) && isRead(header.getKey())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isRead(CharSequence name) {
    return READ.contains(name.toString().toLowerCase(Locale.ROOT));
  }

  private static HttpRequest unreadable(HttpRequest request, String why) {
    HttpRequest unreadable =
        new DefaultFullHttpRequest(request.protocolVersion(), request.method(), "/");
    unreadable.headers().set(request.headers());
    unreadable.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(why)));
    return unreadable;
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    ChannelPromise written = promise;
    if (message instanceof HttpResponse response
        && response.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
      HttpHeaders headers = response.headers();
      if (!headers.contains(HttpHeaderNames.DATE)) {
        headers.set(HttpHeaderNames.DATE, HttpDate.now());
      }
      if (HttpUtil.isTransferEncodingChunked(response) && version.equals(HttpVersion.HTTP_1_0)) {
        HttpUtil.setTransferEncodingChunked(response, false);
        headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        closing = true;
      }
    }
    if (closing && message instanceof LastHttpContent) {
      written = promise.unvoid();
      written.addListener(ChannelFutureListener.CLOSE);
    }
    context.write(message, written);
  }
}
