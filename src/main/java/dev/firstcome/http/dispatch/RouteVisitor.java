package dev.firstcome.http.dispatch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RequestPredicate;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/**
 * Reads (method, path, handler) out of router functions: nested paths are joined. A predicate made
 * of anything but a method, a path and "and" tells no single route and is left out: it still works,
 * only {@code Allow} does not know it.
 */
final class RouteVisitor implements RouterFunctions.Visitor, RequestPredicates.Visitor {

  interface Found {
    void route(HttpMethod method, String path, HandlerFunction<?> handler);
  }

  private final Found found;
  private final Deque<String> nesting = new ArrayDeque<>();

  /** For each enclosing predicate, whether it says more than a path. */
  private final Deque<Boolean> conditional = new ArrayDeque<>();

  private Set<HttpMethod> methods = Set.of();
  private @Nullable String path;
  private boolean simple;

  RouteVisitor(Found found) {
    this.found = found;
  }

  private void read(RequestPredicate predicate) {
    methods = Set.of();
    path = null;
    simple = true;
    predicate.accept(this);
  }

  private boolean isPath() {
    return simple && methods.isEmpty();
  }

  @Override
  public void startNested(RequestPredicate predicate) {
    read(predicate);
    conditional.addLast(!isPath());
    nesting.addLast(path == null ? "" : path);
  }

  @Override
  public void endNested(RequestPredicate predicate) {
    nesting.removeLast();
    conditional.removeLast();
  }

  @Override
  public void route(RequestPredicate predicate, HandlerFunction<?> handler) {
    read(predicate);
    if (simple && !conditional.contains(true)) {
      String whole = String.join("", nesting) + (path == null ? "" : path);
      methods.forEach(method -> found.route(method, whole, handler));
    }
  }

  @Override
  public void method(Set<HttpMethod> methods) {
    this.methods = methods;
  }

  @Override
  public void path(String pattern) {
    path = path == null ? pattern : path + pattern;
  }

  @Override
  public void startOr() {
    simple = false;
  }

  @Override
  public void startNegate() {
    simple = false;
  }

  @Override
  public void unknown(RequestPredicate predicate) {
    simple = false;
  }

  @Override
  public void resources(Function<ServerRequest, Mono<Resource>> lookup) {}

  @Override
  public void attributes(Map<String, Object> attributes) {}

  @Override
  public void unknown(RouterFunction<?> router) {}

  @Override
  public void pathExtension(String extension) {
    simple = false;
  }

  @Override
  public void header(String name, String value) {
    simple = false;
  }

  @Override
  public void queryParam(String name, String value) {
    simple = false;
  }

  @Override
  public void version(String version) {
    simple = false;
  }

  @Override
  public void startAnd() {}

  @Override
  public void and() {}

  @Override
  public void endAnd() {}

  @Override
  public void or() {}

  @Override
  public void endOr() {}

  @Override
  public void endNegate() {}
}
