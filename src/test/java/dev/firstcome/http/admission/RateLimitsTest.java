package dev.firstcome.http.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.http.guard.ClientAddress;
import dev.firstcome.http.guard.WebSettings;
import dev.firstcome.http.security.Caller;
import dev.firstcome.refusal.Refused;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class RateLimitsTest {

  private final AtomicLong nanos = new AtomicLong();
  private final LimitSettings settings = LimitParts.settings(2, 4, 1);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final RateLimits limits =
      new RateLimits(
          new Limits(settings, LimitParts.clock(nanos)),
          settings,
          clients(),
          new RecentRejections(meters),
          meters);

  private static ClientAddress clients() {
    return new ClientAddress(
        new Binder(new MapConfigurationPropertySource(Map.of()))
            .bindOrCreate("firstcome.web", Bindable.of(WebSettings.class)));
  }

  private static MockServerWebExchange exchange(HttpMethod method, String user) {
    MockServerWebExchange exchange =
        MockServerWebExchange.from(MockServerHttpRequest.method(method, "/"));
    exchange.getAttributes().put(Caller.class.getName(), new Caller(user, Set.of()));
    return exchange;
  }

  private Mono<Void> request(HttpMethod method, String user) {
    return limits.ofUser(exchange(method, user), passed -> Mono.empty());
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
    StepVerifier.create(limits.ofUser(first, passed -> Mono.empty())).verifyComplete();
    HttpHeaders told = first.getResponse().getHeaders();
    assertThat(told.getFirst("RateLimit-Policy")).isEqualTo("\"user\";q=4;w=2");
    assertThat(told.getFirst("RateLimit")).isEqualTo("\"user\";r=3;t=1");
    MockServerWebExchange read = exchange(HttpMethod.GET, "curious");
    StepVerifier.create(limits.ofUser(read, passed -> Mono.empty())).verifyComplete();
    HttpHeaders toldAgain = read.getResponse().getHeaders();
    assertThat(toldAgain.getFirst("RateLimit-Policy")).isEqualTo("\"reads\";q=4;w=2");
    assertThat(toldAgain.getFirst("RateLimit")).isEqualTo("\"reads\";r=3;t=1");
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

  private Mono<Void> answered(String path, int bytes) {
    MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get(path));
    exchange.getAttributes().put(Caller.class.getName(), new Caller("reader", Set.of()));
    return limits.ofUser(
        exchange,
        passed -> {
          passed.getResponse().getHeaders().setContentLength(bytes);
          return passed.getResponse().setComplete();
        });
  }

  @Test
  void takesForAListWhatItAsksFor() {
    StepVerifier.create(answered("/?limit=12", 10)).verifyComplete();
    StepVerifier.create(answered("/", 10)).verifyError(Refused.class);
  }

  @Test
  void takesForALongAnswerWhatItWas() {
    StepVerifier.create(answered("/", 5 * 4096)).verifyComplete();
    nanos.addAndGet(500_000_000);
    StepVerifier.create(answered("/", 10)).verifyError(Refused.class);
    nanos.addAndGet(1_000_000_000);
    StepVerifier.create(answered("/", 10)).verifyComplete();
  }
}
