package dev.firstcome.http.sse;

import static java.util.Objects.requireNonNull;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServerRequest;

/** The connection beneath a request. */
final class Connections {

  private Connections() {}

  static Channel channel(ServerRequest request) {
    HttpServerRequest server =
        ServerHttpRequestDecorator.getNativeRequest(request.exchange().getRequest());
    AtomicReference<Connection> found = new AtomicReference<>();
    server.withConnection(found::set);
    return requireNonNull(found.get()).channel();
  }

  /**
   * Completes when the connection is closed, by whomever: nobody may write for long, and notice.
   */
  static Mono<Void> closed(Channel channel) {
    return Mono.create(
        sink -> {
          ChannelFutureListener listener = closing -> sink.success();
          channel.closeFuture().addListener(listener);
          sink.onDispose(() -> channel.closeFuture().removeListener(listener));
        });
  }
}
