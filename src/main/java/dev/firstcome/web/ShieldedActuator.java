package dev.firstcome.web;

import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
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
@Order(ShieldedActuator.ORDER)
class ShieldedActuator implements WebFilter {

  static final int ORDER = 100;

  private final Shield shield;

  ShieldedActuator(Shield shield) {
    this.shield = shield;
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
  private static void oblige(ServerHttpResponse response) {
    if (response.getStatusCode() == HttpStatus.SERVICE_UNAVAILABLE) {
      response.getHeaders().set(HttpHeaders.RETRY_AFTER, "1");
    }
  }
}
