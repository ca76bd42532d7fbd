package dev.firstcome.security;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.firstcome.problem.CommonRefusal;
import dev.firstcome.problem.Refused;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** One user who writes in a loop gets 429 instead of everybody's capacity. */
@Component
@Order(TokenFilter.ORDER + 1)
class WriteLimitFilter implements WebFilter {

  private final LoadingCache<String, Bucket> buckets;

  @Autowired
  WriteLimitFilter(WriteLimitSettings settings) {
    this(settings, TimeMeter.SYSTEM_NANOTIME);
  }

  WriteLimitFilter(WriteLimitSettings settings, TimeMeter clock) {
    long fullAfterSeconds = 1 + settings.writesBurst() / settings.writesPerSecond();
    buckets =
        Caffeine.newBuilder()
            .maximumSize(settings.users())
            // A bucket that nobody touched for this long is full again, as a new one would be.
            .expireAfterAccess(Duration.ofSeconds(fullAfterSeconds))
            .build(user -> bucket(settings, clock));
  }

  private static Bucket bucket(WriteLimitSettings settings, TimeMeter clock) {
    return Bucket.builder()
        .withCustomTimePrecision(clock)
        .addLimit(
            limit ->
                limit
                    .capacity(settings.writesBurst())
                    .refillGreedy(settings.writesPerSecond(), Duration.ofSeconds(1)))
        .build();
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    HttpMethod method = exchange.getRequest().getMethod();
    if (method == HttpMethod.GET || method == HttpMethod.HEAD || method == HttpMethod.OPTIONS) {
      return chain.filter(exchange);
    }
    if (exchange.getAttributes().get(Caller.ATTRIBUTE) instanceof Caller caller) {
      Bucket bucket = buckets.get(caller.userId());
      if (!bucket.tryConsume(1)) {
        return Mono.error(() -> tooMany(bucket));
      }
    }
    return chain.filter(exchange);
  }

  private static Refused tooMany(Bucket bucket) {
    long nanos = bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
    long seconds = TimeUnit.NANOSECONDS.toSeconds(nanos) + 1;
    return CommonRefusal.TOO_MANY_REQUESTS
        .refused()
        .withHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
  }
}
