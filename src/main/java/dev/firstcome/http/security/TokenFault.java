package dev.firstcome.http.security;

import dev.firstcome.refusal.Refused;

/** Why a token that was shown is no good: {@code UNAUTHENTICATED.FAULT.detail} says it in words. */
public enum TokenFault {
  MALFORMED,
  SIGNATURE,
  EXPIRED,
  NOT_YET_VALID,
  SUBJECT,
  ISSUER,
  AUDIENCE;

  /** RFC 6750, 3.1. */
  Refused refused() {
    return TokenFilter.unauthenticated("Bearer error=\"invalid_token\"").because(name());
  }
}
