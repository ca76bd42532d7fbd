package dev.firstcome.http.dispatch;

import dev.firstcome.http.admission.RateLimits;
import dev.firstcome.http.guard.ConnectionDraining;
import dev.firstcome.http.security.CrossOrigin;
import dev.firstcome.http.security.TokenFilter;
import java.util.List;
import java.util.ListIterator;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** What every request passes on its way to a handler: the one list, in its order. */
@Component
final class Filters {

  private final List<WebFilter> inOrder;

  Filters(
      TraceFilter trace,
      ConnectionDraining draining,
      CrossOrigin crossOrigin,
      RateLimits limits,
      TokenFilter token,
      AcceptFilter accept,
      MethodFilter method,
      NonCancellableActuator actuator) {
    inOrder =
        List.of(
            trace,
            draining,
            crossOrigin,
            limits::ofAddress,
            token,
            limits::ofUser,
            accept,
            method,
            actuator);
  }

  /**
   * One filter in the place of all.
   *
   * @param beans the filters that Spring has found; those that are not ours, such as a tracer's,
   *     come first
   * @param end where the way ends
   */
  WebFilter joined(List<WebFilter> beans, WebFilterChain end) {
    List<WebFilter> all =
        Stream.concat(beans.stream().filter(bean -> !inOrder.contains(bean)), inOrder.stream())
            .toList();
    WebFilterChain way = end;
    for (ListIterator<WebFilter> last = all.listIterator(all.size()); last.hasPrevious(); ) {
      way = step(last.previous(), way);
    }
    WebFilterChain whole = way;
    return (exchange, ends) -> whole.filter(exchange);
  }

  /** Deferred, as in Spring's chain: what a filter throws is an error to those before it. */
  private static WebFilterChain step(WebFilter filter, WebFilterChain next) {
    return exchange -> Mono.defer(() -> filter.filter(exchange, next));
  }
}
