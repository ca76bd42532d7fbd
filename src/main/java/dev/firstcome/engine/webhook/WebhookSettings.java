package dev.firstcome.engine.webhook;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where events are sent, and the limits of doing so.
 *
 * @param url where the platform takes events; without it nothing is sent, and events wait as long
 *     as delivered ones are kept
 * @param secret whsec_ and 24 to 64 bytes in base64; required with a url. Several, separated by
 *     spaces, all sign
 * @param allowPrivate whether the platform may have a loopback, private or other special address,
 *     and no TLS
 * @param connectTimeout how long a connection may take to open
 * @param responseTimeout how long the platform may take to begin its answer
 * @param inFlight most events that one instance sends at once
 * @param minBackoff the longest pause after the first failure, doubled with each further one; the
 *     pause is a random part of it
 * @param maxBackoff the longest pause, also of those that the platform asks for
 * @param giveUpAfter an event that still fails so long after its first failure is dead
 * @param lease how long an event in flight belongs to one instance; if that dies, the event is sent
 *     again after this time
 * @param probeInterval how often a platform that is down is tried with one event
 * @param deadRetention how long a dead event is kept
 */
@ConfigurationProperties("firstcome.events")
record WebhookSettings(
    @Nullable String url,
    @Nullable String secret,
    @DefaultValue("false") boolean allowPrivate,
    @DefaultValue("2s") Duration connectTimeout,
    @DefaultValue("5s") Duration responseTimeout,
    @DefaultValue("16") int inFlight,
    @DefaultValue("5s") Duration minBackoff,
    @DefaultValue("8h") Duration maxBackoff,
    @DefaultValue("3d") Duration giveUpAfter,
    @DefaultValue("30s") Duration lease,
    @DefaultValue("10s") Duration probeInterval,
    @DefaultValue("30d") Duration deadRetention) {

  private static final String NAME = "firstcome.events";

  /** A turn of the relay is one attempt long, and has to be over before its deadline. */
  private static final Duration LONGEST_ATTEMPT = Duration.ofSeconds(20);

  WebhookSettings {
    url = presence(url);
    secret = presence(secret);
    if (secret != null) {
      SigningKey.all(secret);
    }
    if (url != null) {
      requireAllowed(URI.create(url), allowPrivate);
      require(secret != null, ".secret is necessary with " + NAME + ".url");
    }
    require(inFlight >= 1 && inFlight <= 1000, ".in-flight must be 1 to 1000");
    require(
        isPositive(connectTimeout) && isPositive(responseTimeout), ": timeouts must be positive");
    Duration attempt = connectTimeout.plus(responseTimeout);
    require(
        attempt.compareTo(LONGEST_ATTEMPT) <= 0,
        ": connect-timeout and response-timeout together must not exceed 20s");
    require(
        lease.compareTo(attempt.multipliedBy(2)) >= 0,
        ".lease must be at least twice connect-timeout and response-timeout together");
    require(isPositive(minBackoff), ".min-backoff must be positive");
    require(maxBackoff.compareTo(minBackoff) >= 0, ".max-backoff must not be below min-backoff");
    require(!giveUpAfter.isNegative(), ".give-up-after must not be negative");
    require(isPositive(probeInterval), ".probe-interval must be positive");
    require(!deadRetention.isNegative(), ".dead-retention must not be negative");
  }

  private static void requireAllowed(URI url, boolean allowPrivate) {
    boolean secure = "https".equalsIgnoreCase(url.getScheme());
    boolean plain = "http".equalsIgnoreCase(url.getScheme());
    require(secure || (plain && allowPrivate), ".url must begin with https://");
    require(url.getHost() != null, ".url names no host");
    require(url.getRawUserInfo() == null, ".url must not carry a user or password");
    require(url.getRawFragment() == null, ".url must not have a fragment");
  }

  private static void require(boolean good, String message) {
    if (!good) {
      throw new IllegalArgumentException(NAME + message);
    }
  }

  /** A variable that is set to nothing says nothing. */
  private static @Nullable String presence(@Nullable String value) {
    return value == null || value.isBlank() ? null : value;
  }

  private static boolean isPositive(Duration time) {
    return time.toMillis() >= 1;
  }

  /** Whether there is anybody to send to. */
  boolean isConfigured() {
    return url != null;
  }

  /** Not the generated one, which would tell the secret. */
  @Override
  public String toString() {
    return "WebhookSettings[url=" + url + "]";
  }
}
