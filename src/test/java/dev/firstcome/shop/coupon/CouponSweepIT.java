package dev.firstcome.shop.coupon;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import dev.firstcome.engine.gate.GateSweeps;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.shop.coupon.CouponScripts.Outcome;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Coupons held for requests of processes that died. */
@ShopTest
class CouponSweepIT {

  @Autowired private CouponScripts scripts;
  @Autowired private Coupons coupons;
  @Autowired private GateSweeps sweeps;
  @Autowired private Database database;
  @Autowired private Redis redis;
  private long coupon;

  @BeforeEach
  void openACampaignOfTwo() {
    coupon = new Sql(database).campaign(2);
    // One has a coupon, committed and settled: the campaign is known to this instance and loaded.
    coupons.issue(coupon, "first").block(SOON);
    scripts.addHolders(coupon, List.of("first")).block(SOON);
    scripts.setLimit(coupon, 2).block(SOON);
  }

  private Outcome ask(String user) {
    return scripts.admit(coupon, List.of(user)).blockOptional(SOON).orElseThrow().get(0);
  }

  private Outcome askLongAgo(String user) {
    Outcome outcome = ask(user);
    redis.call(r -> r.zadd("coupon:{" + coupon + "}:held", 1.0, user)).block(SOON);
    return outcome;
  }

  @Test
  void givesTheCouponOfALostRequestToTheNext() {
    assertThat(askLongAgo("lost")).isEqualTo(Outcome.ADMITTED);
    assertThat(ask("next")).isEqualTo(Outcome.UNDECIDED);
    sweeps.sweep("coupon").block(SOON);

    assertThat(ask("next")).isEqualTo(Outcome.ADMITTED);
    assertThat(ask("first")).isEqualTo(Outcome.ALREADY_YOURS);
  }

  @Test
  void keepsTheCouponOfARequestThatWasCommittedUnheard() {
    askLongAgo("unheard");
    coupons.issue(coupon, "unheard").block(SOON);
    sweeps.sweep("coupon").block(SOON);

    assertThat(ask("unheard")).isEqualTo(Outcome.ALREADY_YOURS);
    assertThat(ask("next")).isEqualTo(Outcome.SOLD_OUT);
  }

  @Test
  void leavesAloneWhatMayStillBeInFlight() {
    ask("inFlight");
    sweeps.sweep("coupon").block(SOON);

    assertThat(ask("next")).isEqualTo(Outcome.UNDECIDED);
  }
}
