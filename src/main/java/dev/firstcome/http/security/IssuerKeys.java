package dev.firstcome.http.security;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.RemoteKeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An issuer's published keys, fetched when the first token needs them, so that the shop starts
 * while its issuer is away. Blocks while it fetches.
 */
final class IssuerKeys implements JWKSource<SecurityContext> {

  /** A key set is small and near; a longer wait means an outage. */
  private static final int TIMEOUT_MILLIS = 2_000;

  private static final int LARGEST_DOCUMENT = 256 * 1024;
  private static final long OUTAGE_TOLERANCE_MILLIS = Duration.ofHours(1).toMillis();
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

  private final IssuerSettings settings;
  private final DefaultResourceRetriever web =
      new DefaultResourceRetriever(TIMEOUT_MILLIS, TIMEOUT_MILLIS, LARGEST_DOCUMENT);
  private @Nullable JWKSource<SecurityContext> found;
  private long notBeforeNanos = System.nanoTime();
  private volatile boolean loadedOnce;

  IssuerKeys(IssuerSettings settings) {
    this.settings = settings;
  }

  @Override
  public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context)
      throws KeySourceException {
    try {
      List<JWK> keys = discovered().get(selector, context);
      loadedOnce = true;
      return keys;
    } catch (RateLimitReachedException e) {
      if (loadedOnce) {
        // Known keys, but none of this name, and we asked for news a moment ago: forged.
        return List.of();
      }
      throw e;
    }
  }

  private synchronized JWKSource<SecurityContext> discovered() throws KeySourceException {
    if (found == null) {
      if (System.nanoTime() - notBeforeNanos < 0) {
        throw new RemoteKeySourceException("the issuer could not be reached just now", null);
      }
      notBeforeNanos = System.nanoTime() + PAUSE_AFTER_FAILURE.toNanos();
      found =
          JWKSourceBuilder.create(keySetAddress(), web)
              .refreshAheadCache(false)
              .retrying(true)
              .outageTolerant(OUTAGE_TOLERANCE_MILLIS)
              .build();
    }
    return found;
  }

  private URL keySetAddress() throws KeySourceException {
    try {
      URI known = settings.jwkSetUri();
      return known != null ? known.toURL() : new URL(discover(settings.issuerUri()));
    } catch (IOException | ParseException | IllegalArgumentException e) {
      throw new RemoteKeySourceException("the issuer's key set could not be found", e);
    }
  }

  /** OpenID Connect Discovery 1.0, 4: the document must name the issuer that it was asked for. */
  private String discover(@Nullable URI issuer) throws IOException, ParseException {
    String iss = String.valueOf(issuer);
    String base = iss.endsWith("/") ? iss.substring(0, iss.length() - 1) : iss;
    URL address = new URL(base + "/.well-known/openid-configuration");
    Map<String, Object> document =
        JSONObjectUtils.parse(web.retrieveResource(address).getContent(), LARGEST_DOCUMENT);
    if (!iss.equals(document.get("issuer"))) {
      throw new IOException("the document at " + address + " names another issuer");
    }
    if (document.get("jwks_uri") instanceof String keys) {
      return keys;
    }
    throw new IOException("the document at " + address + " names no key set");
  }
}
