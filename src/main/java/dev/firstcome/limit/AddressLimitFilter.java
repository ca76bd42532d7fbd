package dev.firstcome.limit;

import dev.firstcome.security.Caller;
import dev.firstcome.web.ClientAddress;
import io.github.bucket4j.ConsumptionProbe;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** One address that writes under many names, or under none, gets 429 before a token is verified. */
@Component
@Order(AddressLimitFilter.ORDER)
class AddressLimitFilter implements WebFilter {

  static final int ORDER = Caller.KNOWN_FROM - 1;

  private final ClientAddress clients;
  private final @Nullable Allowances addresses;
  private final Counter refusals;

  AddressLimitFilter(
      Limits limits, LimitSettings settings, ClientAddress clients, MeterRegistry meters) {
    this.clients = clients;
    this.addresses =
        settings.addressWritesPerSecond() == 0
            ? null
            : limits.open(
                new Limit(
                    "address", settings.addressWritesPerSecond(), settings.addressWritesBurst()),
                settings.addresses());
    this.refusals = meters.counter("firstcome.limits.refused", "by", "address");
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    if (addresses == null || !Limit.isWrite(exchange.getRequest().getMethod())) {
      return chain.filter(exchange);
    }
    ConsumptionProbe taken = addresses.take(clients.of(exchange.getRequest()));
    if (!taken.isConsumed()) {
      refusals.increment();
      return Mono.error(() -> addresses.limit().refused(taken));
    }
    return chain.filter(exchange);
  }
}
