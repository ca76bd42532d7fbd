package dev.firstcome.dev;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.List;

/** Mints bearer tokens with the secret that the shop under test or in development verifies. */
public final class Tokens {

  /** {@code exp} minus {@code iat}: a working day. */
  static final Duration LIFETIME = Duration.ofHours(12);

  private final byte[] secret;

  /**
   * @param secret at least 32 bytes in UTF-8
   */
  public Tokens(String secret) {
    this.secret = secret.getBytes(StandardCharsets.UTF_8);
  }

  /** A secret for one run. */
  static String randomSecret() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    return Base64.getEncoder().encodeToString(random);
  }

  /** A token without scopes. */
  public String user(String userId) {
    return of(userId, List.of());
  }

  /** A token with the scope {@code admin}. */
  public String admin(String userId) {
    return of(userId, List.of("admin"));
  }

  public String of(String userId, Collection<String> scopes) {
    return signed(claims(userId, scopes, Instant.now()).build());
  }

  /** A token that was good until a minute ago, beyond any leeway for clocks. */
  public String expired(String userId) {
    Instant issued = Instant.now().minus(LIFETIME).minus(Duration.ofMinutes(1));
    return signed(claims(userId, List.of(), issued).build());
  }

  /** Any claims, rightly signed. */
  public String signed(JWTClaimsSet claims) {
    try {
      SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
      token.sign(new MACSigner(secret));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalArgumentException("the secret is too short for HS256", e);
    }
  }

  /** What a good token holds, to be changed before it is {@link #signed}. */
  public static JWTClaimsSet.Builder claims(
      String userId, Collection<String> scopes, Instant issued) {
    return new JWTClaimsSet.Builder()
        .subject(userId)
        .claim("scope", String.join(" ", scopes))
        .issueTime(Date.from(issued))
        .expirationTime(Date.from(issued.plus(LIFETIME)));
  }
}
