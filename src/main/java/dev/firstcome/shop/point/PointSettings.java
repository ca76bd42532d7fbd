package dev.firstcome.shop.point;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What one charge may add, in points.
 *
 * @param minimumCharge the least points of one charge
 * @param maximumCharge the most points of one charge; no more than a balance may hold
 */
@ConfigurationProperties("firstcome.point")
record PointSettings(
    @DefaultValue("1") long minimumCharge, @DefaultValue("1000000") long maximumCharge) {

  PointSettings {
    if (minimumCharge < 1) {
      throw new IllegalArgumentException("firstcome.point.minimum-charge must be at least 1");
    }
    if (maximumCharge < minimumCharge) {
      throw new IllegalArgumentException(
          "firstcome.point.maximum-charge must not be below firstcome.point.minimum-charge");
    }
    if (maximumCharge > PointEntry.LARGEST_BALANCE) {
      throw new IllegalArgumentException(
          "firstcome.point.maximum-charge must not exceed what a balance may hold, "
              + PointEntry.LARGEST_BALANCE);
    }
  }

  boolean allows(long amount) {
    return amount >= minimumCharge && amount <= maximumCharge;
  }
}
