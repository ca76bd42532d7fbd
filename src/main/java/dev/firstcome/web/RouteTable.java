package dev.firstcome.web;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** Every route of every room, read once at start from the router functions themselves. */
@Component
public class RouteTable {

  /** One method on one path. */
  public record Route(HttpMethod method, PathPattern pattern) {
    @Override
    public String toString() {
      return method + " " + pattern.getPatternString();
    }
  }

  private final List<Route> routes;

  RouteTable(ObjectProvider<RouterFunction<?>> routers) {
    List<Route> found = new ArrayList<>();
    RouteVisitor visitor =
        new RouteVisitor(
            (method, path) ->
                found.add(new Route(method, PathPatternParser.defaultInstance.parse(path))));
    routers.orderedStream().forEach(router -> router.accept(visitor));
    routes = List.copyOf(found);
  }

  public List<Route> routes() {
    return routes;
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
