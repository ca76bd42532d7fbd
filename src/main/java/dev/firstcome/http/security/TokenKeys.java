package dev.firstcome.http.security;

import static com.nimbusds.jose.JWSAlgorithm.ES256;
import static com.nimbusds.jose.JWSAlgorithm.ES384;
import static com.nimbusds.jose.JWSAlgorithm.ES512;
import static com.nimbusds.jose.JWSAlgorithm.PS256;
import static com.nimbusds.jose.JWSAlgorithm.PS384;
import static com.nimbusds.jose.JWSAlgorithm.PS512;
import static com.nimbusds.jose.JWSAlgorithm.RS256;
import static com.nimbusds.jose.JWSAlgorithm.RS384;
import static com.nimbusds.jose.JWSAlgorithm.RS512;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.proc.JWSKeySelector;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.proc.SingleKeyJWSKeySelector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;

/**
 * The keys that signatures are verified with. The algorithm is pinned to the kind of key: a token
 * cannot choose to be unsigned, nor to be "signed" with the public key as an HMAC secret.
 *
 * @param issuer what {@code iss} must be; null if it does not matter
 * @param audiences of which {@code aud} must contain one, unless empty
 * @param remote whether selecting a key may wait for the issuer, and so must leave the event loop
 */
record TokenKeys(
    JWSKeySelector<SecurityContext> selector,
    @Nullable String issuer,
    List<String> audiences,
    boolean remote) {

  /** As long as the hash, or it is weaker than that (RFC 7518, 3.2). */
  private static final int SHORTEST_SECRET_BYTES = 32;

  /** EdDSA would need another library, and the JDK has lost the curve of ES256K. */
  private static final List<JWSAlgorithm> SUPPORTED =
      List.of(RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512);

  static TokenKeys of(SecuritySettings settings, IssuerSettings issuer) {
    String secret = settings.jwtSecret();
    if (secret != null && issuer.isPresent()) {
      throw new TokenSettingsException("both a secret and an issuer are configured");
    }
    if (secret != null) {
      return new TokenKeys(secretKey(secret), null, issuer.audiences(), false);
    }
    if (!issuer.isPresent()) {
      throw new TokenSettingsException("neither a secret nor an issuer is configured");
    }
    String iss = issuer.issuerUri() == null ? null : issuer.issuerUri().toString();
    Set<JWSAlgorithm> algorithms = algorithms(issuer.jwsAlgorithms());
    Resource location = issuer.publicKeyLocation();
    JWSKeySelector<SecurityContext> selector =
        location == null
            ? new JWSVerificationKeySelector<>(algorithms, new IssuerKeys(issuer))
            : publicKey(location, algorithms);
    return new TokenKeys(selector, iss, issuer.audiences(), location == null);
  }

  private static JWSKeySelector<SecurityContext> secretKey(String secret) {
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    if (bytes.length < SHORTEST_SECRET_BYTES) {
      throw new TokenSettingsException(
          "firstcome.security.jwt-secret is shorter than " + SHORTEST_SECRET_BYTES + " bytes");
    }
    return new SingleKeyJWSKeySelector<>(
        JWSAlgorithm.HS256, new SecretKeySpec(bytes, "HmacSHA256"));
  }

  private static Set<JWSAlgorithm> algorithms(List<String> names) {
    Set<JWSAlgorithm> algorithms = new HashSet<>();
    for (String name : names) {
      JWSAlgorithm algorithm = JWSAlgorithm.parse(name);
      if (!SUPPORTED.contains(algorithm)) {
        throw new TokenSettingsException(
            name + " is no asymmetric signature that is verified here: " + SUPPORTED);
      }
      algorithms.add(algorithm);
    }
    if (algorithms.isEmpty()) {
      throw new TokenSettingsException("no signature algorithm is configured");
    }
    return algorithms;
  }

  private static JWSKeySelector<SecurityContext> publicKey(
      Resource location, Set<JWSAlgorithm> algorithms) {
    if (algorithms.size() != 1) {
      throw new TokenSettingsException("a public key needs exactly one algorithm");
    }
    JWSAlgorithm algorithm = algorithms.iterator().next();
    return new SingleKeyJWSKeySelector<>(algorithm, publicKey(location, algorithm));
  }

  private static PublicKey publicKey(Resource location, JWSAlgorithm algorithm) {
    String kind = JWSAlgorithm.Family.EC.contains(algorithm) ? "EC" : "RSA";
    try {
      String pem = location.getContentAsString(StandardCharsets.US_ASCII);
      String base64 = pem.replaceAll("-----(BEGIN|END) PUBLIC KEY-----", "").replaceAll("\\s", "");
      X509EncodedKeySpec key = new X509EncodedKeySpec(Base64.getDecoder().decode(base64));
      return checked(KeyFactory.getInstance(kind).generatePublic(key), algorithm, location);
    } catch (InvalidKeySpecException e) {
      throw new TokenSettingsException(
          location
              + " is no PEM public key of the kind "
              + kind
              + ", which "
              + algorithm
              + " needs: "
              + e.getMessage());
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new TokenSettingsException(location + " is not a PEM public key: " + e.getMessage());
    }
  }

  /** Another curve would verify nothing, and say so of every token. */
  private static PublicKey checked(PublicKey key, JWSAlgorithm algorithm, Resource location) {
    if (key instanceof ECPublicKey elliptic
        && !Curve.forJWSAlgorithm(algorithm)
            .contains(Curve.forECParameterSpec(elliptic.getParams()))) {
      throw new TokenSettingsException(location + " is no key for " + algorithm);
    }
    return key;
  }
}
