package dev.firstcome.web;

import dev.firstcome.problem.TraceId;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Names every request, first of all: in the response, and in the Reactor context for logs. No
 * answer is to be taken for anything but what it says it is.
 */
@Component
@Order(TraceFilter.ORDER)
class TraceFilter implements WebFilter {

  static final int ORDER = -1000;

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    String id = TraceId.of(exchange);
    HttpHeaders headers = exchange.getResponse().getHeaders();
    headers.set(TraceId.HEADER, id);
    headers.set("X-Content-Type-Options", "nosniff");
    return chain.filter(exchange).contextWrite(context -> context.put(TraceId.HEADER, id));
  }
}
