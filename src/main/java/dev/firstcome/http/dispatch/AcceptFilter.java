package dev.firstcome.http.dispatch;

import static java.util.Comparator.comparing;

import dev.firstcome.refusal.CommonRefusal;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
class AcceptFilter implements WebFilter {

  /** More alternatives than anybody needs; each one costs. */
  private static final int LONGEST_HEADER = 1024;

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    ServerHttpRequest request = exchange.getRequest();
    String path = request.getPath().value();
    if (path.startsWith("/api/") && !takes(path, request.getHeaders().get(HttpHeaders.ACCEPT))) {
      return CommonRefusal.NOT_ACCEPTABLE.asError();
    }
    return chain.filter(exchange);
  }

  /** Streams are server-sent events, exports are lines of JSON, everything else is JSON. */
  private static boolean takes(String path, @Nullable List<String> accept) {
    if (path.contains("/exports/")) {
      return takesLines(accept);
    }
    return path.endsWith("/stream") ? takesEvents(accept) : takesJson(accept);
  }

  static boolean takesJson(@Nullable List<String> accept) {
    if (accept == null || accept.isEmpty()) {
      return true;
    }
    String first = accept.get(0);
    if (accept.size() == 1 && (first.equals("*/*") || first.equals("application/json"))) {
      return true;
    }
    return takesOneOf(accept, MediaType.APPLICATION_JSON, MediaType.APPLICATION_PROBLEM_JSON);
  }

  static boolean takesEvents(@Nullable List<String> accept) {
    return accept == null || accept.isEmpty() || takesOneOf(accept, MediaType.TEXT_EVENT_STREAM);
  }

  static boolean takesLines(@Nullable List<String> accept) {
    return accept == null || accept.isEmpty() || takesOneOf(accept, MediaType.APPLICATION_NDJSON);
  }

  private static boolean takesOneOf(List<String> accept, MediaType... types) {
    String all = String.join(",", accept);
    try {
      return all.length() <= LONGEST_HEADER && takesOneOf(all, types);
    } catch (InvalidMediaTypeException e) {
      return false;
    }
  }

  private static boolean takesOneOf(String accept, MediaType... types) {
    List<MediaType> ranges = MediaType.parseMediaTypes(accept);
    return ranges.isEmpty() || Stream.of(types).anyMatch(type -> quality(ranges, type) > 0);
  }

  /** The most specific range that covers a type decides, and 0 excludes (RFC 9110, 12.5.1). */
  private static double quality(List<MediaType> ranges, MediaType type) {
    return ranges.stream()
        .filter(range -> range.includes(type))
        .max(comparing(AcceptFilter::specificity).thenComparing(MediaType::getQualityValue))
        .map(MediaType::getQualityValue)
        .orElse(0.0);
  }

  private static int specificity(MediaType range) {
    if (range.isWildcardType()) {
      return 0;
    }
    return range.isWildcardSubtype() ? 1 : 2;
  }
}
