package dev.firstcome.http.security;

import dev.firstcome.http.guard.WebSettings;
import java.time.Duration;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.reactive.CorsWebFilter;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Lets the pages of other origins ask, if any are named ({@code firstcome.web.cors}). */
@Component
public final class CrossOrigin implements WebFilter {

  /** How long a browser need not ask whether it may ask. */
  private static final Duration REMEMBERED = Duration.ofHours(1);

  private final WebFilter filter;

  CrossOrigin(WebSettings settings) {
    List<String> origins = settings.cors().allowedOrigins();
    CorsConfiguration rules = rules(origins);
    this.filter =
        origins.isEmpty()
            ? (exchange, chain) -> chain.filter(exchange)
            : new CorsWebFilter(exchange -> rules);
  }

  private static CorsConfiguration rules(List<String> origins) {
    CorsConfiguration rules = new CorsConfiguration();
    rules.setAllowedOrigins(origins);
    rules.setAllowedMethods(List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"));
    rules.setAllowedHeaders(
        List.of(
            HttpHeaders.ACCEPT,
            HttpHeaders.ACCEPT_LANGUAGE,
            HttpHeaders.AUTHORIZATION,
            HttpHeaders.CONTENT_TYPE,
            HttpHeaders.IF_MATCH,
            HttpHeaders.IF_NONE_MATCH,
            "Idempotency-Key",
            "Last-Event-ID",
            "traceparent"));
    rules.setExposedHeaders(
        List.of(
            HttpHeaders.ALLOW,
            HttpHeaders.DATE,
            HttpHeaders.ETAG,
            HttpHeaders.LOCATION,
            HttpHeaders.RETRY_AFTER,
            "Idempotent-Replayed",
            "RateLimit",
            "RateLimit-Policy",
            "X-Trace-Id"));
    rules.setMaxAge(REMEMBERED);
    return rules;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    return filter.filter(exchange, chain);
  }
}
