package dev.firstcome.http.security;

import com.nimbusds.jwt.JWTClaimsSet;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a token with a good signature must say. */
final class TokenClaims {

  /** Length of a user id, as in the contract and in the database. */
  private static final int LONGEST_USER_ID = 64;

  private TokenClaims() {}

  static Caller caller(JWTClaimsSet claims) {
    String subject = claims.getSubject();
    if (subject == null || !isUserId(subject)) {
      throw TokenFault.SUBJECT.refused();
    }
    return new Caller(subject, scopes(claims));
  }

  private static boolean isUserId(String subject) {
    return !subject.isEmpty()
        && subject.length() <= LONGEST_USER_ID
        && subject.chars().allMatch(c -> c > ' ' && c <= '~');
  }

  /** {@code scope} is a text (RFC 9068); {@code scp} is a text or a list (some large issuers). */
  private static Set<String> scopes(JWTClaimsSet claims) {
    Set<String> scopes = new LinkedHashSet<>();
    add(scopes, claims.getClaim("scope"));
    add(scopes, claims.getClaim("scp"));
    return Set.copyOf(scopes);
  }

  private static void add(Set<String> scopes, @Nullable Object claim) {
    if (claim instanceof String text) {
      Collections.addAll(scopes, text.split(" +"));
    } else if (claim instanceof List<?> list) {
      list.forEach(element -> add(scopes, element instanceof String text ? text : null));
    }
  }

  static void checkIssuer(JWTClaimsSet claims, @Nullable String issuer, List<String> audiences) {
    if (issuer != null && !issuer.equals(claims.getIssuer())) {
      throw TokenFault.ISSUER.refused();
    }
    if (!audiences.isEmpty() && Collections.disjoint(audiences, claims.getAudience())) {
      throw TokenFault.AUDIENCE.refused();
    }
  }
}
