package dev.firstcome.http.admission;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How much one user, and one address, may write and read, through all instances together.
 *
 * @param writesPerSecond writes a second that one user may sustain, over all instances
 * @param writesBurst writes that one user may send at once after a pause
 * @param readsPerSecond read tokens a second for one user. A read costs one; a list costs one for
 *     each four rows asked for, or for each 4 KB of its answer
 * @param readsBurst most tokens at once
 * @param users most users counted at the same time; the least recent are forgotten
 * @param addressWritesPerSecond writes a second that one client address may sustain; 0: no limit.
 *     Set {@code firstcome.web.trusted-proxies} first: behind a proxy that is not named, all
 *     clients have one address
 * @param addressWritesBurst writes that one address may send at once after a pause; an office or a
 *     mobile network is one address
 * @param addressReadsPerSecond read tokens a second for one client address; 0: no limit, for the
 *     same reason
 * @param addressReadsBurst most tokens at once
 * @param addresses most addresses counted at the same time
 * @param interval pause between two reports to Redis of what users took
 * @param untold the share of a burst that an instance lets through before it reports; a user who
 *     takes less never costs a call
 * @param report most users or addresses in one report
 */
@ConfigurationProperties("firstcome.limits")
record LimitSettings(
    @DefaultValue("500") int writesPerSecond,
    @DefaultValue("1000") int writesBurst,
    @DefaultValue("500") int readsPerSecond,
    @DefaultValue("2000") int readsBurst,
    @DefaultValue("100000") int users,
    @DefaultValue("0") int addressWritesPerSecond,
    @DefaultValue("20000") int addressWritesBurst,
    @DefaultValue("0") int addressReadsPerSecond,
    @DefaultValue("20000") int addressReadsBurst,
    @DefaultValue("100000") int addresses,
    @DefaultValue("100ms") Duration interval,
    @DefaultValue("0.1") double untold,
    @DefaultValue("500") int report) {

  LimitSettings {
    if (users < 1
        || !isLimit(writesPerSecond, writesBurst)
        || !isLimit(readsPerSecond, readsBurst)) {
      throw new IllegalArgumentException(
          "firstcome.limits: rates must be positive, and the burst no less than the rate");
    }
    if (addresses < 1
        || !isLimitOrNone(addressWritesPerSecond, addressWritesBurst)
        || !isLimitOrNone(addressReadsPerSecond, addressReadsBurst)) {
      throw new IllegalArgumentException(
          "firstcome.limits: an address's burst must be no less than its rate, and that not negative");
    }
    if (interval.toMillis() < 10 || report < 1 || untold <= 0 || untold > 1) {
      throw new IllegalArgumentException(
          "firstcome.limits: interval is 10ms or more, report positive, untold above 0 and up to 1");
    }
  }

  private static boolean isLimit(int perSecond, int burst) {
    return perSecond >= 1 && burst >= perSecond;
  }

  private static boolean isLimitOrNone(int perSecond, int burst) {
    return perSecond >= 0 && burst >= perSecond;
  }
}
