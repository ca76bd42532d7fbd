package dev.firstcome.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.problem.Refused;
import io.github.bucket4j.TimeMeter;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class WriteLimitFilterTest {

  private final AtomicLong nanos = new AtomicLong();
  private final WriteLimitFilter filter =
      new WriteLimitFilter(new WriteLimitSettings(2, 4, 10), clock(nanos));

  private static TimeMeter clock(AtomicLong nanos) {
    return new TimeMeter() {
      @Override
      public long currentTimeNanos() {
        return nanos.get();
      }

      @Override
      public boolean isWallClockBased() {
        return false;
      }
    };
  }

  private Mono<Void> request(HttpMethod method, String user) {
    MockServerWebExchange exchange =
        MockServerWebExchange.from(MockServerHttpRequest.method(method, "/"));
    exchange.getAttributes().put(Caller.ATTRIBUTE, new Caller(user, Set.of()));
    return filter.filter(exchange, passed -> Mono.empty());
  }

  @Test
  void refusesTheFifthWriteAtOnceAndAllowsTheNextWhenItsTimeHasCome() {
    for (int i = 0; i < 4; i++) {
      StepVerifier.create(request(HttpMethod.POST, "eager")).verifyComplete();
    }
    StepVerifier.create(request(HttpMethod.POST, "eager"))
        .verifyErrorSatisfies(e -> assertThat(e).isInstanceOf(Refused.class));
    StepVerifier.create(request(HttpMethod.GET, "eager")).verifyComplete();
    StepVerifier.create(request(HttpMethod.POST, "other")).verifyComplete();
    nanos.addAndGet(500_000_000);
    StepVerifier.create(request(HttpMethod.POST, "eager")).verifyComplete();
    StepVerifier.create(request(HttpMethod.POST, "eager")).verifyError(Refused.class);
  }
}
