package dev.firstcome.http.dispatch;

import dev.firstcome.infra.observe.TraceId;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Names every request, first of all: in the response, and in the Reactor context for logs. No
 * answer is to be taken for anything but what it says it is, nor kept unless it says that it may.
 */
@Component
public class TraceFilter implements WebFilter {

  private final boolean compressed;

  TraceFilter(Environment environment) {
    compressed = environment.getProperty("server.compression.enabled", Boolean.class, false);
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    String id = TraceId.of(exchange);
    HttpHeaders headers = exchange.getResponse().getHeaders();
    headers.set(TraceId.HEADER, id);
    headers.set("X-Content-Type-Options", "nosniff");
    // What may be kept says so itself.
    headers.set(HttpHeaders.CACHE_CONTROL, "no-store");
    if (compressed) {
      headers.set(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    }
    return chain.filter(exchange).contextWrite(context -> context.put(TraceId.HEADER, id));
  }
}
