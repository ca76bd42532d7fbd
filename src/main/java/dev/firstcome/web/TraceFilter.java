package dev.firstcome.web;

import dev.firstcome.problem.TraceId;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Names every request, first of all: in the response, and in the Reactor context for logs. */
@Component
@Order(TraceFilter.ORDER)
class TraceFilter implements WebFilter {

  static final int ORDER = -1000;

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    String id = TraceId.of(exchange);
    exchange.getResponse().getHeaders().set(TraceId.HEADER, id);
    return chain.filter(exchange).contextWrite(context -> context.put(TraceId.HEADER, id));
  }
}
