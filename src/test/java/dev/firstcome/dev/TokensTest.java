package dev.firstcome.dev;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokensTest {

  private final String secret = Tokens.randomSecret();
  private final Tokens tokens = new Tokens(secret);

  @Test
  void aUserHasNoScopes() throws Exception {
    JWTClaimsSet claims = verified(tokens.user("alice"));
    assertThat(claims.getSubject()).isEqualTo("alice");
    assertThat(claims.getStringClaim("scope")).isEmpty();
  }

  @Test
  void scopesAreOneStringWithSpaces() throws Exception {
    assertThat(verified(tokens.admin("root")).getStringClaim("scope")).isEqualTo("admin");
    assertThat(verified(tokens.of("a", List.of("x", "y"))).getStringClaim("scope"))
        .isEqualTo("x y");
  }

  @Test
  void aTokenLastsTwelveHours() throws Exception {
    JWTClaimsSet claims = verified(tokens.user("alice"));
    assertThat(claims.getExpirationTime().toInstant())
        .isEqualTo(claims.getIssueTime().toInstant().plus(Tokens.LIFETIME));
  }

  @Test
  void anExpiredTokenIsExpiredAndRightlySigned() throws Exception {
    assertThat(verified(tokens.expired("alice")).getExpirationTime())
        .isBefore(Date.from(Instant.now().minusSeconds(59)));
  }

  private JWTClaimsSet verified(String token) throws Exception {
    SignedJWT jwt = SignedJWT.parse(token);
    assertThat(jwt.verify(new MACVerifier(secret.getBytes(StandardCharsets.UTF_8)))).isTrue();
    return jwt.getJWTClaimsSet();
  }
}
