package dev.firstcome.http.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Instant;
import java.util.Date;

/** Real tokens, signed as an issuer would sign them. */
public final class TestTokens {

  public static final String SECRET = "a secret of the tests, longer than 32 bytes";

  private TestTokens() {}

  /** A good token for an hour from now. */
  public static String token(String userId, String... scopes) {
    return sign(claims(userId, Instant.now()).claim("scope", String.join(" ", scopes)).build());
  }

  static JWTClaimsSet.Builder claims(String userId, Instant now) {
    return new JWTClaimsSet.Builder()
        .subject(userId)
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(3600)));
  }

  static String sign(JWTClaimsSet claims) {
    try {
      return sign(claims, new JWSHeader(JWSAlgorithm.HS256), new MACSigner(SECRET));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static String sign(JWTClaimsSet claims, JWSHeader header, JWSSigner signer) {
    try {
      SignedJWT token = new SignedJWT(header, claims);
      token.sign(signer);
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
