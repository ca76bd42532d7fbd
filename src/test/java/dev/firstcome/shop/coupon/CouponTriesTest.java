package dev.firstcome.shop.coupon;

import static dev.firstcome.refusal.CommonRefusal.TOO_MANY_REQUESTS;
import static dev.firstcome.shop.coupon.CouponRefusal.COUPON_NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firstcome.engine.lane.BatchParts;
import dev.firstcome.engine.lane.LaneFixture;
import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.http.admission.LimitParts;
import dev.firstcome.http.security.Caller;
import dev.firstcome.http.sse.StreamParts;
import dev.firstcome.infra.postgres.DatabaseFailures;
import dev.firstcome.refusal.Refusal;
import dev.firstcome.refusal.Refused;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
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
    Lanes lanes =
        BatchParts.lanes(
            LaneFixture.settings(),
            DatabaseFailures::classify,
            new SimpleMeterRegistry(),
            Schedulers.parallel(),
            (lane, batch, failure) -> {});
    Coupons coupons =
        new Coupons(CouponParts.rows(id -> Mono.empty()), null, null, null, null, lanes);
    CouponHandler handler = new CouponHandler(coupons, null, tries, null, StreamParts.streams());
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
