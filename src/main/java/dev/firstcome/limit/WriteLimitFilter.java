package dev.firstcome.limit;

import dev.firstcome.problem.Refused;
import dev.firstcome.security.Caller;
import dev.firstcome.web.TurnedAway;
import io.github.bucket4j.ConsumptionProbe;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** One user who writes in a loop gets 429 instead of everybody's capacity. */
@Component
@Order(WriteLimitFilter.ORDER)
class WriteLimitFilter implements WebFilter {

  /** As soon as the caller is known. */
  static final int ORDER = Caller.KNOWN_FROM + 1;

  private final Allowances users;
  private final TurnedAway turnedAway;
  private final Counter refusals;

  WriteLimitFilter(
      Limits limits, LimitSettings settings, TurnedAway turnedAway, MeterRegistry meters) {
    this.users =
        limits.open(
            new Limit("user", settings.writesPerSecond(), settings.writesBurst()),
            settings.users());
    this.turnedAway = turnedAway;
    this.refusals = meters.counter("firstcome.limits.refused", "by", "user");
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    Caller caller = Caller.of(exchange);
    if (caller == null || !Limit.isWrite(exchange.getRequest().getMethod())) {
      return chain.filter(exchange);
    }
    ConsumptionProbe taken = users.take(caller.userId());
    if (!taken.isConsumed()) {
      return Mono.error(() -> refused(exchange, taken));
    }
    HttpHeaders headers = exchange.getResponse().getHeaders();
    headers.set(Limit.POLICY, users.limit().policy());
    headers.set(Limit.LEFT, users.limit().left(taken));
    return chain.filter(exchange);
  }

  /** Whoever sends the same token again before there is anything left need not come so far. */
  private Refused refused(ServerWebExchange exchange, ConsumptionProbe taken) {
    refusals.increment();
    Refused refused = users.limit().refused(taken);
    String authorization = exchange.getRequest().getHeaders().getFirst(HttpHeaders.AUTHORIZATION);
    if (authorization != null) {
      turnedAway.add(authorization, taken.getNanosToWaitForRefill(), refused);
    }
    return refused;
  }
}
