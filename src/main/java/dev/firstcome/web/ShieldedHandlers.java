package dev.firstcome.web;

import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.HandlerAdapter;
import org.springframework.web.reactive.HandlerResult;
import org.springframework.web.reactive.function.server.support.HandlerFunctionAdapter;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Runs every functional handler under the {@link Shield}, up to its answer but without the writing
 * of it: so a deadline can never mix its own answer with one that is half written.
 */
@Component
class ShieldedHandlers implements HandlerAdapter, Ordered {

  private final HandlerFunctionAdapter functions = new HandlerFunctionAdapter();
  private final Shield shield;

  ShieldedHandlers(Shield shield) {
    this.shield = shield;
  }

  @Override
  public boolean supports(Object handler) {
    return functions.supports(handler);
  }

  @Override
  public Mono<HandlerResult> handle(ServerWebExchange exchange, Object handler) {
    return shield.over(Mono.defer(() -> functions.handle(exchange, handler)));
  }

  /** Before Spring's own adapter, which has no order. */
  @Override
  public int getOrder() {
    return 0;
  }
}
