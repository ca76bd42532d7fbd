package dev.firstcome.coupon;

import dev.firstcome.batch.Verdict;
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
   * @param at when they asked: what the campaign's window is held against
   */
  record Ask(UUID id, Coupon coupon, String userId, Instant at) {

    static Ask of(Coupon coupon, String userId, Instant at) {
      return new Ask(IssuedCoupon.idOf(coupon.id(), userId), coupon, userId, at);
    }
  }

  /**
   * @param left how many remain of each campaign asked for, as locked in the database
   * @param issued those of the coupons asked for that exist already, by id
   * @return a verdict for each ask, in order; the ones done and not replayed are to be written
   */
  static List<Verdict<IssuedCoupon>> decide(
      List<Ask> asks, Map<Long, Long> left, Map<UUID, IssuedCoupon> issued) {
    Map<Long, Long> remaining = new HashMap<>(left);
    Map<UUID, IssuedCoupon> given = new HashMap<>(issued);
    List<Verdict<IssuedCoupon>> verdicts = new ArrayList<>(asks.size());
    for (Ask ask : asks) {
      IssuedCoupon mine = given.get(ask.id());
      Coupon coupon = ask.coupon();
      long rest = remaining.getOrDefault(coupon.id(), 0L);
      // Mine before open, open before left: who has one is told so, whatever happened since.
      if (mine != null) {
        verdicts.add(Verdict.replayed(mine));
      } else if (!coupon.isOpen(ask.at())) {
        verdicts.add(Verdict.no(Coupons.notOpen(coupon)));
      } else if (rest == 0) {
        verdicts.add(Verdict.no(CouponRefusal.COUPON_SOLD_OUT.refused()));
      } else {
        IssuedCoupon fresh = IssuedCoupon.issue(coupon, ask.userId(), ask.at());
        remaining.put(coupon.id(), rest - 1);
        given.put(ask.id(), fresh);
        verdicts.add(Verdict.done(fresh));
      }
    }
    return verdicts;
  }
}
