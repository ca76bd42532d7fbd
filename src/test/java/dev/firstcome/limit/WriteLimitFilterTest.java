package dev.firstcome.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.problem.Refused;
import dev.firstcome.security.Caller;
import dev.firstcome.web.TurnedAway;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class WriteLimitFilterTest {

  private final AtomicLong nanos = new AtomicLong();
  private final LimitSettings settings = LimitParts.settings(2, 4, 1);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final WriteLimitFilter filter =
      new WriteLimitFilter(
          new Limits(settings, LimitParts.clock(nanos)), settings, new TurnedAway(meters), meters);

  private static MockServerWebExchange exchange(HttpMethod method, String user) {
    MockServerWebExchange exchange =
        MockServerWebExchange.from(MockServerHttpRequest.method(method, "/"));
    exchange.getAttributes().put(Caller.class.getName(), new Caller(user, Set.of()));
    return exchange;
  }

  private Mono<Void> request(HttpMethod method, String user) {
    return filter.filter(exchange(method, user), passed -> Mono.empty());
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
    assertThat(meters.counter("firstcome.limits.refused", "by", "user").count()).isEqualTo(2);
  }

  @Test
  void tellsWithEveryWriteWhatIsLeft() {
    MockServerWebExchange first = exchange(HttpMethod.POST, "curious");
    StepVerifier.create(filter.filter(first, passed -> Mono.empty())).verifyComplete();
    HttpHeaders told = first.getResponse().getHeaders();
    assertThat(told.getFirst("RateLimit-Policy")).isEqualTo("\"user\";q=4;w=2");
    assertThat(told.getFirst("RateLimit")).isEqualTo("\"user\";r=3;t=1");
    MockServerWebExchange read = exchange(HttpMethod.GET, "curious");
    StepVerifier.create(filter.filter(read, passed -> Mono.empty())).verifyComplete();
    assertThat(read.getResponse().getHeaders().headerNames()).isEmpty();
  }

  @Test
  void tellsWhoIsRefusedWhenToComeBack() {
    for (int i = 0; i < 4; i++) {
      StepVerifier.create(request(HttpMethod.POST, "late")).verifyComplete();
    }
    StepVerifier.create(request(HttpMethod.POST, "late"))
        .verifyErrorSatisfies(
            e ->
                assertThat(((Refused) e).headers())
                    .containsEntry("Retry-After", "1")
                    .containsEntry("RateLimit-Policy", "\"user\";q=4;w=2")
                    .containsEntry("RateLimit", "\"user\";r=0;t=1"));
  }
}
