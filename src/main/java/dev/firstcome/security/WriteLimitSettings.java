package dev.firstcome.security;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How much one user may write through one instance.
 *
 * @param writesPerSecond lasting rate
 * @param writesBurst how many at once after a pause
 * @param users how many users are counted at the same time; the least recent are forgotten
 */
@ConfigurationProperties("firstcome.limits")
record WriteLimitSettings(
    @DefaultValue("500") int writesPerSecond,
    @DefaultValue("1000") int writesBurst,
    @DefaultValue("100000") int users) {

  WriteLimitSettings {
    if (writesPerSecond < 1 || users < 1 || writesBurst < writesPerSecond) {
      throw new IllegalArgumentException(
          "firstcome.limits: rates must be positive, and the burst no less than the rate");
    }
  }
}
