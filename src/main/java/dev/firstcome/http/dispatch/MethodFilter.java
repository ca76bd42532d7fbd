package dev.firstcome.http.dispatch;

import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * What functional routes leave open: HEAD is answered as GET without its body, OPTIONS with {@code
 * Allow}, and a known path with the wrong method is 405 instead of 404. The table is asked only
 * when no route matched, so an ordinary request pays nothing.
 */
@Component
class MethodFilter implements WebFilter {

  private final RouteTable routes;

  MethodFilter(RouteTable routes) {
    this.routes = routes;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    ServerHttpRequest request = exchange.getRequest();
    if (request.getMethod() == HttpMethod.OPTIONS) {
      return options(exchange);
    }
    ServerWebExchange routed = exchange;
    if (request.getMethod() == HttpMethod.HEAD) {
      // The server drops the body of whatever answers a HEAD; it decided that before this filter.
      routed = exchange.mutate().request(request.mutate().method(HttpMethod.GET).build()).build();
    }
    return chain
        .filter(routed)
        .onErrorMap(MethodFilter::isUnrouted, failure -> explain(exchange, failure));
  }

  private static boolean isUnrouted(Throwable failure) {
    return failure instanceof ResponseStatusException unrouted
        && unrouted.getStatusCode() == HttpStatus.NOT_FOUND;
  }

  private Throwable explain(ServerWebExchange exchange, Throwable notFound) {
    Set<HttpMethod> methods = methods(exchange);
    if (methods.isEmpty() || methods.contains(exchange.getRequest().getMethod())) {
      return notFound;
    }
    return refused(methods);
  }

  private Mono<Void> options(ServerWebExchange exchange) {
    Set<HttpMethod> methods = methods(exchange);
    if (methods.isEmpty()) {
      return CommonRefusal.NOT_FOUND.asError();
    }
    ServerHttpResponse response = exchange.getResponse();
    response.setStatusCode(HttpStatus.NO_CONTENT);
    response.getHeaders().set(HttpHeaders.ALLOW, list(methods));
    return response.setComplete();
  }

  private Set<HttpMethod> methods(ServerWebExchange exchange) {
    return routes.methods(exchange.getRequest().getPath().pathWithinApplication());
  }

  private static Refused refused(Set<HttpMethod> methods) {
    return CommonRefusal.METHOD_NOT_ALLOWED.refused().withHeader(HttpHeaders.ALLOW, list(methods));
  }

  private static String list(Set<HttpMethod> methods) {
    return methods.stream().map(HttpMethod::name).collect(Collectors.joining(", "));
  }
}
