package dev.firstcome.coupon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.coupon.CouponScripts.Word;
import dev.firstcome.database.Database;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Coupons held for requests of processes that died. */
@ShopTest
class CouponSweepIT {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Autowired private CouponScripts scripts;
  @Autowired private Coupons coupons;
  @Autowired private CouponSweep sweep;
  @Autowired private Database database;
  @Autowired private Clock clock;
  private long coupon;

  @BeforeEach
  void openACampaignOfTwo() {
    coupon = new Sql(database).campaign(2);
    // One has a coupon, committed and settled: the campaign is known to this instance and loaded.
    coupons.issue(coupon, "first").block(PATIENCE);
    scripts.addHolders(coupon, List.of("first")).block(PATIENCE);
    scripts.setLimit(coupon, 2).block(PATIENCE);
  }

  private Word ask(String user, Instant when) {
    return scripts.admit(coupon, List.of(user), when).blockOptional(PATIENCE).orElseThrow().get(0);
  }

  @Test
  void givesTheCouponOfALostRequestToTheNext() {
    assertThat(ask("lost", clock.instant().minusSeconds(60))).isEqualTo(Word.ADMITTED);
    assertThat(ask("next", clock.instant())).isEqualTo(Word.SOLD_OUT);
    sweep.sweep().block(PATIENCE);

    assertThat(ask("next", clock.instant())).isEqualTo(Word.ADMITTED);
    assertThat(ask("first", clock.instant())).isEqualTo(Word.ALREADY_YOURS);
  }

  @Test
  void keepsTheCouponOfARequestThatWasCommittedUnheard() {
    ask("unheard", clock.instant().minusSeconds(60));
    coupons.issue(coupon, "unheard").block(PATIENCE);
    sweep.sweep().block(PATIENCE);

    assertThat(ask("unheard", clock.instant())).isEqualTo(Word.ALREADY_YOURS);
    assertThat(ask("next", clock.instant())).isEqualTo(Word.SOLD_OUT);
  }

  @Test
  void leavesAloneWhatMayStillBeInFlight() {
    ask("inFlight", clock.instant());
    sweep.sweep().block(PATIENCE);

    assertThat(ask("next", clock.instant())).isEqualTo(Word.SOLD_OUT);
  }
}
