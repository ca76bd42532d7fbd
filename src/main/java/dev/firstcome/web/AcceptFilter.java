package dev.firstcome.web;

import dev.firstcome.problem.CommonRefusal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** 406 before anything is done for a client that could not read the answer. */
@Component
@Order(AcceptFilter.ORDER)
class AcceptFilter implements WebFilter {

  static final int ORDER = -10;

  /** More alternatives than anybody needs; each one costs. */
  private static final int LONGEST_HEADER = 1024;

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    ServerHttpRequest request = exchange.getRequest();
    if (request.getPath().value().startsWith("/api/")
        && !takesJson(request.getHeaders().get(HttpHeaders.ACCEPT))) {
      return CommonRefusal.NOT_ACCEPTABLE.asError();
    }
    return chain.filter(exchange);
  }

  static boolean takesJson(@Nullable List<String> accept) {
    if (accept == null || accept.isEmpty()) {
      return true;
    }
    String first = accept.get(0);
    if (accept.size() == 1 && (first.equals("*/*") || first.equals("application/json"))) {
      return true;
    }
    String all = String.join(",", accept);
    try {
      return all.length() <= LONGEST_HEADER && takesJson(all);
    } catch (InvalidMediaTypeException e) {
      return false;
    }
  }

  /** The most specific range that covers JSON decides, and weight 0 excludes (RFC 9110, 12.5.1). */
  private static boolean takesJson(String accept) {
    MediaType best = null;
    for (MediaType range : MediaType.parseMediaTypes(accept)) {
      boolean covers =
          range.includes(MediaType.APPLICATION_JSON)
              || range.includes(MediaType.APPLICATION_PROBLEM_JSON);
      if (covers && (best == null || isMoreSpecific(range, best))) {
        best = range;
      }
    }
    return accept.isBlank() || (best != null && best.getQualityValue() > 0);
  }

  private static boolean isMoreSpecific(MediaType range, MediaType other) {
    return range.isMoreSpecific(other)
        || (!other.isMoreSpecific(range) && range.getQualityValue() > other.getQualityValue());
  }
}
