package dev.firstcome.http.security;

/** Tokens cannot be verified as configured; better not to start than to let everybody in. */
final class TokenSettingsException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  TokenSettingsException(String message) {
    super(message);
  }
}
