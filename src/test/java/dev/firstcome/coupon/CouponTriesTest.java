package dev.firstcome.coupon;

import static dev.firstcome.coupon.CouponRefusal.COUPON_NOT_FOUND;
import static dev.firstcome.problem.CommonRefusal.TOO_MANY_REQUESTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firstcome.batch.BatchParts;
import dev.firstcome.batch.LaneSettings;
import dev.firstcome.batch.Lanes;
import dev.firstcome.database.DatabaseFailures;
import dev.firstcome.limit.LimitParts;
import dev.firstcome.problem.Refusal;
import dev.firstcome.problem.Refused;
import dev.firstcome.security.Caller;
import dev.firstcome.stream.StreamParts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.mock.web.reactive.function.server.MockServerRequest;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

@NullUnmarked
class CouponTriesTest {

  private static final long LIMITED = 7;
  private static final long OTHER = 8;

  private final CouponTries tries =
      new CouponTries(new CouponSettings(Map.of(LIMITED, 2)), LimitParts.limits());

  @Test
  void refusesTheThirdTryOfOneUserAtThatCampaign() {
    tries.count(LIMITED, "eager");
    tries.count(LIMITED, "eager");
    assertThatThrownBy(() -> tries.count(LIMITED, "eager"))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.refusal()).isEqualTo(TOO_MANY_REQUESTS);
              assertThat(refused.headers())
                  .containsEntry("Retry-After", "1")
                  .containsEntry("RateLimit-Policy", "\"campaign-7\";q=2;w=1");
            });
    tries.count(LIMITED, "other");
    for (int i = 0; i < 100; i++) {
      tries.count(OTHER, "eager");
    }
  }

  /** Nothing of this campaign is ever looked for: there is no store behind it. */
  @Test
  void standsBeforeEverythingElse() {
    LaneSettings settings =
        new Binder(new MapConfigurationPropertySource(Map.of()))
            .bindOrCreate("firstcome.lanes", Bindable.of(LaneSettings.class));
    Lanes lanes =
        BatchParts.lanes(
            settings,
            DatabaseFailures::classify,
            new SimpleMeterRegistry(),
            Schedulers.parallel(),
            (lane, batch) -> {});
    Coupons coupons =
        new Coupons(
            CouponParts.rows(id -> Mono.empty()), null, null, null, Clock.systemUTC(), lanes);
    CouponHandler handler = new CouponHandler(coupons, tries, null, StreamParts.streams());
    assertThat(refusal(handler)).isEqualTo(COUPON_NOT_FOUND);
    assertThat(refusal(handler)).isEqualTo(COUPON_NOT_FOUND);
    assertThat(refusal(handler)).isEqualTo(TOO_MANY_REQUESTS);
  }

  private static Refusal refusal(CouponHandler handler) {
    MockServerRequest request =
        MockServerRequest.builder()
            .pathVariable("id", String.valueOf(LIMITED))
            .attribute(Caller.class.getName(), new Caller("eager", Set.of()))
            .build();
    Refused[] refused = new Refused[1];
    assertThatThrownBy(() -> Mono.defer(() -> handler.issue(request)).block())
        .isInstanceOfSatisfying(Refused.class, said -> refused[0] = said);
    return refused[0].refusal();
  }
}
