package dev.firstcome.infra.observe;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.handler.TracingObservationHandler.TracingContext;
import java.util.Optional;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Names a request after its span, so that what it is told leads to its trace. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class TracedRequests implements WebFilter {

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    spanOf(exchange).ifPresent(span -> TraceId.use(exchange, span.context().traceId()));
    return chain.filter(exchange);
  }

  private static Optional<Span> spanOf(ServerWebExchange exchange) {
    return ServerRequestObservationContext.findCurrent(exchange.getAttributes())
        .map(context -> context.<TracingContext>get(TracingContext.class))
        .map(TracingContext::getSpan);
  }
}
