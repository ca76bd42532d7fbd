package dev.firstcome.http.security;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * What a path demands, decided on the same parsed path that routes are matched on, so that no
 * spelling of a path means one thing to the guard and another to the router. A path that nobody
 * named demands a token.
 */
@Component
class Access {

  enum Demand {
    NOTHING,
    TOKEN,
    ADMIN
  }

  private static final PathPattern ADMIN = parse("/api/v1/admin/**");
  private static final PathPattern METRICS = parse("/actuator/prometheus");

  private final boolean openMetrics;
  private final List<Open> open = new ArrayList<>();

  private record Open(@Nullable HttpMethod method, PathPattern pattern) {}

  Access(ObjectProvider<OpenPaths> contributed, SecuritySettings settings) {
    add(OpenPaths.get("/favicon.ico", "/actuator/health/**"));
    openMetrics = settings.openMetrics();
    if (openMetrics) {
      add(OpenPaths.get("/actuator/prometheus"));
    }
    contributed.forEach(this::add);
  }

  private void add(OpenPaths paths) {
    paths.patterns().forEach(pattern -> open.add(new Open(paths.method(), parse(pattern))));
  }

  private static PathPattern parse(String pattern) {
    return PathPatternParser.defaultInstance.parse(pattern);
  }

  Demand of(HttpMethod method, PathContainer path) {
    // Nobody can open what is under admin by naming it.
    if (ADMIN.matches(path)) {
      return Demand.ADMIN;
    }
    HttpMethod asked = method == HttpMethod.HEAD ? HttpMethod.GET : method;
    for (Open candidate : open) {
      boolean sameMethod = candidate.method() == null || candidate.method().equals(asked);
      if (sameMethod && candidate.pattern().matches(path)) {
        return Demand.NOTHING;
      }
    }
    // They tell how the shop is doing: if not to everybody, then not to every customer either.
    return !openMetrics && METRICS.matches(path) ? Demand.ADMIN : Demand.TOKEN;
  }
}
