package dev.firstcome.http.admission;

import dev.firstcome.http.guard.ClientAddress;
import dev.firstcome.http.security.Caller;
import dev.firstcome.refusal.Refused;
import io.github.bucket4j.ConsumptionProbe;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * One user, or one address, that takes more than its share gets 429 instead of everybody's
 * capacity. A write costs one token. A read costs one, and more for a long list: what it asks for
 * is taken before it is read, the rest when its answer is known, so that nobody has many long ones
 * under way before the first is counted.
 */
@Component
public class RateLimits {

  /** Rows that a list is asked for, to the token. */
  private static final int ROWS = 4;

  /** Bytes of an answer, to the token. */
  private static final int BYTES = 4096;

  private final Kind userWrites;
  private final Kind userReads;
  private final @Nullable Kind addressWrites;
  private final @Nullable Kind addressReads;
  private final ClientAddress clients;
  private final RecentRejections rejections;

  RateLimits(
      Limits limits,
      LimitSettings settings,
      ClientAddress clients,
      RecentRejections rejections,
      MeterRegistry meters) {
    this.clients = clients;
    this.rejections = rejections;
    userWrites =
        Kind.open(
            limits,
            new Limit("user", settings.writesPerSecond(), settings.writesBurst()),
            settings.users(),
            meters);
    userReads =
        Kind.open(
            limits,
            new Limit("reads", settings.readsPerSecond(), settings.readsBurst()),
            settings.users(),
            meters);
    addressWrites =
        settings.addressWritesPerSecond() == 0
            ? null
            : Kind.open(
                limits,
                new Limit(
                    "address", settings.addressWritesPerSecond(), settings.addressWritesBurst()),
                settings.addresses(),
                meters);
    addressReads =
        settings.addressReadsPerSecond() == 0
            ? null
            : Kind.open(
                limits,
                new Limit(
                    "address-reads",
                    settings.addressReadsPerSecond(),
                    settings.addressReadsBurst()),
                settings.addresses(),
                meters);
  }

  /** A limit with the counter of those who ran into it. */
  private record Kind(RateLimiter limiter, Counter refusals) {

    static Kind open(Limits limits, Limit limit, int most, MeterRegistry meters) {
      return new Kind(
          limits.open(limit, most), meters.counter("firstcome.limits.refused", "by", limit.name()));
    }

    Refused refused(ConsumptionProbe taken) {
      refusals.increment();
      return limiter.limit().refused(taken);
    }
  }

  /** Before a token is verified: a flood of forged ones costs little. */
  public Mono<Void> ofAddress(ServerWebExchange exchange, WebFilterChain chain) {
    Kind kind = isWrite(exchange) ? addressWrites : addressReads;
    if (kind == null) {
      return chain.filter(exchange);
    }
    String address = clients.of(exchange.getRequest());
    ConsumptionProbe taken = kind.limiter.take(address, price(exchange));
    return taken.isConsumed()
        ? paid(exchange, chain, kind, address)
        : Mono.error(() -> kind.refused(taken));
  }

  /** As soon as the caller is known. */
  public Mono<Void> ofUser(ServerWebExchange exchange, WebFilterChain chain) {
    Caller caller = Caller.of(exchange);
    if (caller == null) {
      return chain.filter(exchange);
    }
    Kind kind = isWrite(exchange) ? userWrites : userReads;
    ConsumptionProbe taken = kind.limiter.take(caller.userId(), price(exchange));
    if (!taken.isConsumed()) {
      return Mono.error(() -> remembered(exchange, taken, kind.refused(taken)));
    }
    HttpHeaders headers = exchange.getResponse().getHeaders();
    headers.set(Limit.POLICY, kind.limiter.limit().policy());
    headers.set(Limit.LEFT, kind.limiter.limit().left(taken));
    return paid(exchange, chain, kind, caller.userId());
  }

  /** A client that sends the same token again before anything is left is refused earlier. */
  private Refused remembered(ServerWebExchange exchange, ConsumptionProbe taken, Refused refused) {
    HttpHeaders headers = exchange.getRequest().getHeaders();
    String authorization = headers.getFirst(HttpHeaders.AUTHORIZATION);
    if (authorization != null && isWrite(exchange)) {
      rejections.add(authorization, taken.getNanosToWaitForRefill(), refused);
    }
    return refused;
  }

  private static boolean isWrite(ServerWebExchange exchange) {
    HttpMethod method = exchange.getRequest().getMethod();
    return method != HttpMethod.GET && method != HttpMethod.HEAD && method != HttpMethod.OPTIONS;
  }

  private static long price(ServerWebExchange exchange) {
    ServerHttpRequest request = exchange.getRequest();
    if (isWrite(exchange) || request.getURI().getRawQuery() == null) {
      return 1;
    }
    String rows = request.getQueryParams().getFirst("limit");
    return rows != null && rows.matches("[0-9]{1,3}") ? 1 + Integer.parseInt(rows) / ROWS : 1;
  }

  private static Mono<Void> paid(
      ServerWebExchange exchange, WebFilterChain chain, Kind kind, String who) {
    if (!isWrite(exchange)) {
      long paid = price(exchange);
      HttpHeaders answer = exchange.getResponse().getHeaders();
      exchange
          .getResponse()
          .beforeCommit(
              () -> Mono.fromRunnable(() -> charge(kind, who, answer.getContentLength(), paid)));
    }
    return chain.filter(exchange);
  }

  private static void charge(Kind kind, String who, long bytes, long paid) {
    long owed = bytes / BYTES - paid;
    if (owed > 0) {
      kind.limiter.charge(who, owed);
    }
  }
}
