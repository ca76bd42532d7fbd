package dev.firstcome.shop.coupon;

import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What campaigns ask for.
 *
 * @param triesPerSecond by campaign, such as {@code firstcome.coupon.tries-per-second.42=2}: how
 *     often a second one user may ask for its coupon
 */
@ConfigurationProperties("firstcome.coupon")
record CouponSettings(@DefaultValue Map<Long, Integer> triesPerSecond) {

  CouponSettings {
    triesPerSecond = Map.copyOf(triesPerSecond);
    if (triesPerSecond.values().stream().anyMatch(tries -> tries < 1)) {
      throw new IllegalArgumentException("firstcome.coupon.tries-per-second must be positive");
    }
  }
}
