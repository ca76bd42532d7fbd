package dev.firstcome.shop.coupon;

import dev.firstcome.engine.lane.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The rule of first come, first served, over a batch: pure, in the order of arrival. */
final class Issuing {

  private Issuing() {}

  /**
   * Somebody wants a coupon.
   *
   * @param coupon the campaign as it was known when they asked
   */
  record IssueCoupon(UUID id, Campaign coupon, String userId) {

    static IssueCoupon of(Campaign coupon, String userId) {
      return new IssueCoupon(IssuedCoupon.idOf(coupon.id(), userId), coupon, userId);
    }
  }

  /**
   * @param campaigns those asked for, as locked in the database
   * @param issued those of the coupons asked for that exist already, by id
   * @param now by PostgreSQL's clock, under the locks: what a campaign's window is held against
   * @return a verdict for each ask, in order; the ones done and not replayed are to be written
   */
  static List<Verdict<IssuedCoupon>> decide(
      List<IssueCoupon> asks,
      Map<Long, Campaign.Standing> campaigns,
      Map<UUID, IssuedCoupon> issued,
      Instant now) {
    Map<Long, Long> remaining = new HashMap<>();
    campaigns.forEach((id, standing) -> remaining.put(id, standing.left()));
    Map<UUID, IssuedCoupon> given = new HashMap<>(issued);
    List<Verdict<IssuedCoupon>> verdicts = new ArrayList<>(asks.size());
    for (IssueCoupon ask : asks) {
      IssuedCoupon mine = given.get(ask.id());
      Campaign.Standing standing = campaigns.get(ask.coupon().id());
      Campaign coupon = standing == null ? ask.coupon() : standing.campaign();
      long rest = remaining.getOrDefault(coupon.id(), 0L);
      // Mine before open, open before left: a user who has one hears so, whatever happened since.
      if (mine != null) {
        verdicts.add(Verdict.replayed(mine));
      } else if (!coupon.isOpen(now)) {
        verdicts.add(Verdict.no(CouponRefusal.notOpen(coupon, now)));
      } else if (rest == 0) {
        verdicts.add(Verdict.no(CouponRefusal.COUPON_SOLD_OUT.refused()));
      } else {
        IssuedCoupon fresh = IssuedCoupon.issue(coupon, ask.userId(), now);
        remaining.put(coupon.id(), rest - 1);
        given.put(ask.id(), fresh);
        verdicts.add(Verdict.done(fresh));
      }
    }
    return verdicts;
  }
}
