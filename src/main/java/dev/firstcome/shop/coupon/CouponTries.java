package dev.firstcome.shop.coupon;

import dev.firstcome.http.admission.Limit;
import dev.firstcome.http.admission.Limits;
import dev.firstcome.http.admission.RateLimiter;
import dev.firstcome.refusal.Refused;
import java.util.HashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Campaigns that asked for a limit of their own, and how often one user may try there. */
@Component
class CouponTries {

  /** Users counted for one campaign; the least recent are forgotten. */
  private static final int USERS = 100_000;

  private final Map<Long, RateLimiter> limited = new HashMap<>();

  CouponTries(CouponSettings settings, Limits limits) {
    settings
        .triesPerSecond()
        .forEach(
            (id, tries) ->
                limited.put(id, limits.open(new Limit("campaign-" + id, tries, tries), USERS)));
  }

  /**
   * One more try of this user.
   *
   * @throws Refused {@code TOO_MANY_REQUESTS}
   */
  void count(long couponId, String userId) {
    RateLimiter tries = limited.get(couponId);
    if (tries != null) {
      tries.demand(userId);
    }
  }
}
