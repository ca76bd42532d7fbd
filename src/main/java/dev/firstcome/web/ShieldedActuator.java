package dev.firstcome.web;

import org.springframework.core.annotation.Order;
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
    boolean actuator = exchange.getRequest().getPath().value().startsWith("/actuator/");
    return actuator ? shield.over(rest) : rest;
  }
}
