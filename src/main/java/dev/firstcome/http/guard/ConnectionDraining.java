package dev.firstcome.http.guard;

import io.netty.channel.Channel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Tells clients with every answer that their connection ends with it, for a moment before the
 * server closes those that are at rest: it cannot see a request that is still on its way, and a
 * client that keeps sending over one connection would find it reset instead of answered. At the end
 * of that moment it takes no new connections either, because their first request could be on its
 * way too.
 */
@Component
public class ConnectionDraining implements WebFilter, SmartLifecycle {

  /** Longer than nearly every answer takes, and short beside what an orchestrator waits. */
  private static final Duration MOMENT = Duration.ofSeconds(1);

  /** For a client that has just connected to send what it connected for. */
  private static final Duration DOOR_CLOSED = Duration.ofMillis(250);

  private volatile boolean running;
  private volatile boolean leaving;
  private volatile @Nullable Channel door;

  public boolean isUnderWay() {
    return leaving;
  }

  /** The server listens, on this channel. */
  public void listensOn(Channel channel) {
    door = channel;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    if (leaving) {
      exchange.getResponse().getHeaders().set(HttpHeaders.CONNECTION, "close");
    }
    return chain.filter(exchange);
  }

  @Override
  public void start() {
    leaving = false;
    running = true;
  }

  @Override
  public void stop(Runnable callback) {
    running = false;
    leaving = true;
    Mono.delay(MOMENT.minus(DOOR_CLOSED))
        .doOnNext(most -> acceptNobody())
        .then(Mono.delay(DOOR_CLOSED))
        .subscribe(over -> callback.run());
  }

  private void acceptNobody() {
    Channel listening = door;
    if (listening != null) {
      listening.config().setAutoRead(false);
    }
  }

  @Override
  public void stop() {
    stop(() -> {});
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** No more than the server itself: one that is paused goes on listening. */
  @Override
  public boolean isPauseable() {
    return false;
  }

  /** Before the server's own graceful end. */
  @Override
  public int getPhase() {
    return Integer.MAX_VALUE;
  }
}
