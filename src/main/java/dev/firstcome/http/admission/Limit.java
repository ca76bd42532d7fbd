package dev.firstcome.http.admission;

import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import io.github.bucket4j.ConsumptionProbe;
import java.util.concurrent.TimeUnit;
import org.springframework.http.HttpHeaders;

/**
 * A token bucket as clients are told of it: {@code RateLimit-Policy} and {@code RateLimit} of
 * draft-ietf-httpapi-ratelimit-headers-10, lists of structured fields (RFC 9651).
 *
 * @param name of the policy, visible ASCII without quotes and backslashes
 * @param perSecond tokens that come back
 * @param burst tokens at the most
 * @param policy the value of {@link #POLICY}: so many within the seconds in which an empty bucket
 *     is full again
 */
public record Limit(String name, long perSecond, long burst, String policy) {

  static final String POLICY = "RateLimit-Policy";
  static final String LEFT = "RateLimit";

  public Limit(String name, long perSecond, long burst) {
    this(name, perSecond, burst, policy(name, perSecond, burst));
  }

  private static String policy(String name, long perSecond, long burst) {
    long seconds = (burst + perSecond - 1) / perSecond;
    return "\"" + name + "\";q=" + burst + ";w=" + seconds;
  }

  /** The value of {@link #LEFT}: how many are left, and in how many seconds it is all of them. */
  String left(ConsumptionProbe taken) {
    return left(taken.getRemainingTokens(), seconds(taken.getNanosToWaitForReset()));
  }

  /** Both headers name the moment at which one more is allowed. */
  Refused refused(ConsumptionProbe refusal) {
    long seconds = seconds(refusal.getNanosToWaitForRefill());
    return CommonRefusal.TOO_MANY_REQUESTS
        .refused()
        .withHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds))
        .withHeader(POLICY, policy)
        .withHeader(LEFT, left(0, seconds));
  }

  private String left(long tokens, long seconds) {
    return "\"" + name + "\";r=" + tokens + ";t=" + seconds;
  }

  /** Rounded up: a client that comes back then is not too early. */
  private static long seconds(long nanos) {
    return Math.max(1, (nanos + TimeUnit.SECONDS.toNanos(1) - 1) / TimeUnit.SECONDS.toNanos(1));
  }
}
