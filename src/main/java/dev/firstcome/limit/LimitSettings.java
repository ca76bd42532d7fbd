package dev.firstcome.limit;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How much one user, and one address, may write, through all instances together.
 *
 * @param writesPerSecond how much one user may write, lastingly
 * @param writesBurst … and at once after a pause
 * @param users how many users are counted at the same time; the least recent are forgotten
 * @param addressWritesPerSecond how much one client address may write, lastingly, whoever it is; 0:
 *     no limit. An address says something only once {@code firstcome.web.trusted-proxies} names
 *     every proxy: behind one that is not named, all the world is one address
 * @param addressWritesBurst … and at once after a pause; an office or a mobile network is one
 *     address to us
 * @param addresses how many addresses are counted at the same time
 * @param interval between two reports to Redis of who took how much
 * @param untold the share of a burst that an instance may let through before it reports; who uses
 *     less never costs a call
 * @param report users or addresses in one report at the most
 */
@ConfigurationProperties("firstcome.limits")
record LimitSettings(
    @DefaultValue("500") int writesPerSecond,
    @DefaultValue("1000") int writesBurst,
    @DefaultValue("100000") int users,
    @DefaultValue("0") int addressWritesPerSecond,
    @DefaultValue("20000") int addressWritesBurst,
    @DefaultValue("100000") int addresses,
    @DefaultValue("100ms") Duration interval,
    @DefaultValue("0.1") double untold,
    @DefaultValue("500") int report) {

  LimitSettings {
    if (writesPerSecond < 1 || users < 1 || writesBurst < writesPerSecond) {
      throw new IllegalArgumentException(
          "firstcome.limits: rates must be positive, and the burst no less than the rate");
    }
    if (addressWritesPerSecond < 0
        || addresses < 1
        || addressWritesBurst < addressWritesPerSecond) {
      throw new IllegalArgumentException(
          "firstcome.limits: an address's burst must be no less than its rate, and that not negative");
    }
    if (interval.toMillis() < 10 || report < 1 || untold <= 0 || untold > 1) {
      throw new IllegalArgumentException(
          "firstcome.limits: interval is 10ms or more, report positive, untold above 0 and up to 1");
    }
  }
}
