package dev.firstcome.http.security;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells the operator in two lines instead of a stack trace. */
final class TokenSettingsFailureAnalyzer extends AbstractFailureAnalyzer<TokenSettingsException> {

  @Override
  protected FailureAnalysis analyze(Throwable failure, TokenSettingsException cause) {
    return new FailureAnalysis(
        "Bearer tokens cannot be verified: " + cause.getMessage() + ".",
        """
        Set one of
          FIRSTCOME_SECURITY_JWTSECRET   an HS256 secret of at least 32 bytes
          SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_JWKSETURI, …_ISSUERURI or …_PUBLICKEYLOCATION\
        """,
        cause);
  }
}
