package dev.firstcome.http.security;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.io.Resource;

/**
 * Spring Boot's standard names for an issuer of tokens, so that operators find what they know.
 *
 * @param jwkSetUri where the issuer publishes its keys
 * @param issuerUri what {@code iss} must be; without a key set's address also where to discover
 *     that
 * @param publicKeyLocation one public key as PEM (X.509), instead of a key set
 * @param jwsAlgorithms the signatures that are accepted, asymmetric ones only
 * @param audiences {@code aud} must contain one of these, unless there are none
 */
@ConfigurationProperties("spring.security.oauth2.resourceserver.jwt")
record IssuerSettings(
    @Nullable URI jwkSetUri,
    @Nullable URI issuerUri,
    @Nullable Resource publicKeyLocation,
    @DefaultValue("RS256") List<String> jwsAlgorithms,
    @DefaultValue List<String> audiences) {

  boolean isPresent() {
    return jwkSetUri != null || issuerUri != null || publicKeyLocation != null;
  }
}
