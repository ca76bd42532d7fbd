package dev.firstcome.http.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Verifies tokens, and remembers the ones that it verified until they expire. Failures are not
 * remembered: garbage would push out the tokens of honest callers.
 */
@Component
public class Tokens implements DisposableBean {

  private static final Logger log = LoggerFactory.getLogger(Tokens.class);

  /** A cached token counts once for each part of this length, so that memory is bounded. */
  private static final int CACHE_UNIT_CHARACTERS = 512;

  /**
   * How long an issuer's word is taken without looking at its keys again: about as long as they are
   * remembered themselves, so that a key that is withdrawn soon ends the tokens that it signed.
   */
  private static final Duration TRUST = Duration.ofMinutes(5);

  static final String SCHEME = "Bearer ";

  /** Waiting for an issuer's keys: few threads, and few who may queue for them. */
  private static final int FETCHING_THREADS = 4;

  private static final int MOST_WAITING = 1_000;

  private final TokenKeys keys;
  private final Clock clock;
  private final long skewMillis;
  private final DefaultJWTProcessor<SecurityContext> signatures = new DefaultJWTProcessor<>();
  private final Cache<String, Verified> verified;
  private final @Nullable Scheduler fetching;

  private record Verified(Caller caller, long untilMillis) {}

  @Autowired
  Tokens(SecuritySettings settings, IssuerSettings issuer) {
    this(settings, issuer, Clock.systemUTC());
  }

  Tokens(SecuritySettings settings, IssuerSettings issuer, Clock clock) {
    this.keys = TokenKeys.of(settings, issuer);
    this.clock = clock;
    this.skewMillis = settings.clockSkew().toMillis();
    signatures.setJWSKeySelector(keys.selector());
    // Absent, JWT, or an OAuth access token (RFC 9068); never some other kind of signed thing.
    signatures.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            null, JOSEObjectType.JWT, new JOSEObjectType("at+jwt")));
    signatures.setJWTClaimsSetVerifier((claims, context) -> {});
    Caffeine<String, Verified> cache =
        Caffeine.newBuilder()
            .maximumWeight(settings.tokenCache())
            .weigher((String token, Verified v) -> 1 + token.length() / CACHE_UNIT_CHARACTERS);
    if (keys.remote()) {
      cache.expireAfterWrite(TRUST).ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()));
    }
    verified = cache.build();
    fetching =
        keys.remote()
            ? Schedulers.newBoundedElastic(FETCHING_THREADS, MOST_WAITING, "token-keys")
            : null;
  }

  /**
   * The caller of a token that was verified before and has not expired since.
   *
   * @param header as it was sent, so that nearly every request is spared taking it apart; one that
   *     spells the scheme otherwise is known to {@link #verify}
   */
  public @Nullable Caller known(String header) {
    Verified known = verified.getIfPresent(header);
    return known != null && clock.millis() < known.untilMillis() ? known.caller() : null;
  }

  /**
   * The caller of a token that may not be known yet.
   *
   * @return ends with {@link Refused}: {@code UNAUTHENTICATED} if the token is not good, {@code
   *     DEPENDENCY_UNAVAILABLE} if the issuer's keys cannot be had
   */
  Mono<Caller> verify(String token) {
    Caller known = known(SCHEME + token);
    if (known != null) {
      return Mono.just(known);
    }
    Mono<Caller> caller = Mono.fromCallable(() -> check(token));
    return fetching == null ? caller : caller.subscribeOn(fetching);
  }

  private Caller check(String token) {
    try {
      JWTClaimsSet claims = signatures.process(SignedJWT.parse(token), null);
      Verified result = new Verified(TokenClaims.caller(claims), until(claims));
      verified.put(SCHEME + token, result);
      return result.caller();
    } catch (KeySourceException e) {
      log.warn("the issuer's keys cannot be had: {}", e.toString());
      throw CommonRefusal.DEPENDENCY_UNAVAILABLE.refused();
    } catch (ParseException e) {
      throw TokenFault.MALFORMED.refused();
    } catch (BadJOSEException | JOSEException e) {
      log.debug("token refused: {}", e.getMessage());
      throw TokenFault.SIGNATURE.refused();
    }
  }

  /** Until when the token is good, the allowed difference of clocks included. */
  private long until(JWTClaimsSet claims) {
    TokenClaims.checkIssuer(claims, keys.issuer(), keys.audiences());
    Date expires = claims.getExpirationTime();
    Date notBefore = claims.getNotBeforeTime();
    long now = clock.millis();
    if (expires == null || now >= expires.getTime() + skewMillis) {
      throw TokenFault.EXPIRED.refused();
    }
    if (notBefore != null && now + skewMillis < notBefore.getTime()) {
      throw TokenFault.NOT_YET_VALID.refused();
    }
    return expires.getTime() + skewMillis;
  }

  @Override
  public void destroy() {
    if (fetching != null) {
      fetching.dispose();
    }
  }
}
