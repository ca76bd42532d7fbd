package dev.firstcome.http.security;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How bearer tokens are verified.
 *
 * @param jwtSecret the HS256 secret, at least 32 bytes (RFC 7518, 3.2); null if an issuer's keys
 *     are used instead, see {@link IssuerSettings}
 * @param clockSkew how far the issuer's clock may differ from ours
 * @param tokenCache most verified tokens remembered
 * @param openMetrics whether {@code /actuator/prometheus} needs no token; else it needs an
 *     administrator's
 */
@ConfigurationProperties("firstcome.security")
record SecuritySettings(
    @Nullable String jwtSecret,
    @DefaultValue("60s") Duration clockSkew,
    @DefaultValue("100000") int tokenCache,
    @DefaultValue("true") boolean openMetrics) {

  SecuritySettings {
    if (clockSkew.isNegative() || clockSkew.compareTo(Duration.ofMinutes(5)) > 0) {
      throw new IllegalArgumentException("firstcome.security.clock-skew must be 0 to 5 minutes");
    }
    if (tokenCache < 1) {
      throw new IllegalArgumentException("firstcome.security.token-cache must be positive");
    }
  }

  /** Without the secret: settings end up in logs. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "SecuritySettings[clockSkew=%s, tokenCache=%d]", clockSkew, tokenCache);
  }
}
