package dev.firstcome.web;

import dev.firstcome.batch.LoopWatch;
import dev.firstcome.problem.CommonRefusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Refuses writes that an event loop cannot get to in time, before anything is done for them: under
 * standing overload most of the waiting is for the loop, before any lane. Reads go on.
 */
@Component
@Order(TraceFilter.ORDER + 1)
class LoadFilter implements WebFilter {

  private final LoopWatch loops;
  private final Counter refused;

  LoadFilter(LoopWatch loops, MeterRegistry meters) {
    this.loops = loops;
    this.refused =
        Counter.builder("firstcome.eventloop.refused")
            .description("writes that were refused because too many waited for their event loop")
            .register(meters);
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    HttpMethod method = exchange.getRequest().getMethod();
    boolean read =
        method == HttpMethod.GET || method == HttpMethod.HEAD || method == HttpMethod.OPTIONS;
    if (read || loops.admits()) {
      return chain.filter(exchange);
    }
    refused.increment();
    return CommonRefusal.OVERLOADED.asError();
  }
}
