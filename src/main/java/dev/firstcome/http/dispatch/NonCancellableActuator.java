package dev.firstcome.http.dispatch;

import dev.firstcome.http.problem.RetryAfter;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * A health check asks the database too, and a prober that hangs up must not wedge a connection.
 * Actuator's endpoints are no functional handlers, so here the whole way in is shielded.
 */
@Component
class NonCancellableActuator implements WebFilter {

  private final NonCancellable shield;
  private final RetryAfter retryAfter;

  NonCancellableActuator(NonCancellable shield, RetryAfter retryAfter) {
    this.shield = shield;
    this.retryAfter = retryAfter;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    Mono<Void> rest = chain.filter(exchange);
    if (!exchange.getRequest().getPath().value().startsWith("/actuator/")) {
      return rest;
    }
    ServerHttpResponse response = exchange.getResponse();
    response.beforeCommit(() -> Mono.fromRunnable(() -> oblige(response)));
    return shield.over(rest);
  }

  /** "Down" is an answer and no error, but it is a 503 like any other. */
  private void oblige(ServerHttpResponse response) {
    if (response.getStatusCode() == HttpStatus.SERVICE_UNAVAILABLE) {
      retryAfter.oblige(response.getHeaders(), HttpStatus.SERVICE_UNAVAILABLE.value());
    }
  }
}
