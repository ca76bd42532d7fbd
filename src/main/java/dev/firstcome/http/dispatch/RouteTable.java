package dev.firstcome.http.dispatch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPattern.PathMatchInfo;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Every route of every room, read once at start from the router functions themselves. (Filters of a
 * router function cannot be read: whatever concerns requests is a WebFilter.)
 */
@Component
public class RouteTable {

  /** One method on one path. */
  public record Route(HttpMethod method, PathPattern pattern, HandlerFunction<?> handler) {
    @Override
    public String toString() {
      return method + " " + pattern.getPatternString();
    }
  }

  /** A route that a request is for, and its path's variables. */
  record Match(Route route, PathMatchInfo path) {}

  private final List<Route> routes;

  /** By method and number of segments, in order: one or a few of them are to be compared. */
  private final Map<HttpMethod, Map<Integer, List<Route>>> index = new HashMap<>();

  RouteTable(ObjectProvider<RouterFunction<?>> routers) {
    List<Route> found = new ArrayList<>();
    RouteVisitor visitor =
        new RouteVisitor(
            (method, path, handler) ->
                found.add(
                    new Route(method, PathPatternParser.defaultInstance.parse(path), handler)));
    routers.orderedStream().forEach(router -> router.accept(visitor));
    routes = List.copyOf(found);
    routes.forEach(this::index);
  }

  private void index(Route route) {
    index
        .computeIfAbsent(route.method(), method -> new HashMap<>())
        .computeIfAbsent(size(route.pattern().getPatternString()), size -> new ArrayList<>())
        .add(route);
  }

  /** As many as the parsed path has elements: separators count, and so do segments. */
  private static int size(String path) {
    return PathContainer.parsePath(path).elements().size();
  }

  public List<Route> routes() {
    return routes;
  }

  /** The first route for this request; null if there is none. */
  @Nullable Match find(HttpMethod method, PathContainer path) {
    List<Route> candidates =
        index.getOrDefault(method, Map.of()).getOrDefault(path.elements().size(), List.of());
    for (Route route : candidates) {
      PathMatchInfo match = route.pattern().matchAndExtract(path);
      if (match != null) {
        return new Match(route, match);
      }
    }
    return null;
  }

  /** The methods that this path has, HEAD and OPTIONS included; empty if there is no such path. */
  public Set<HttpMethod> methods(PathContainer path) {
    Set<HttpMethod> methods = new LinkedHashSet<>();
    for (Route route : routes) {
      if (route.pattern().matches(path)) {
        methods.add(route.method());
      }
    }
    if (methods.contains(HttpMethod.GET)) {
      methods.add(HttpMethod.HEAD);
    }
    if (!methods.isEmpty()) {
      methods.add(HttpMethod.OPTIONS);
    }
    return methods;
  }
}
