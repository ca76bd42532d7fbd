package dev.firstcome.http.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpServer;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refusal;
import dev.firstcome.refusal.Refused;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An issuer on the other side of a real connection. */
class IssuerKeysTest {

  private final AtomicInteger fetches = new AtomicInteger();
  private HttpServer issuer;
  private String base;
  private RSAKey key;
  private String named;

  @BeforeEach
  void publish() throws IOException, JOSEException {
    key = new RSAKeyGenerator(2048).keyID("one").generate();
    issuer = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    base = "http://localhost:" + issuer.getAddress().getPort();
    named = base;
    serve("/keys", () -> new JWKSet(key.toPublicJWK()).toString());
    serve(
        "/.well-known/openid-configuration",
        () -> "{\"issuer\":\"" + named + "\",\"jwks_uri\":\"" + base + "/keys\"}");
    issuer.start();
  }

  private void serve(String path, java.util.function.Supplier<String> document) {
    issuer.createContext(
        path,
        exchange -> {
          fetches.incrementAndGet();
          byte[] bytes = document.get().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }

  @AfterEach
  void stop() {
    issuer.stop(0);
  }

  private static Tokens tokens(@Nullable String keySet, @Nullable String issuer) {
    return tokens(keySet, issuer, Clock.systemUTC());
  }

  private static Tokens tokens(@Nullable String keySet, @Nullable String issuer, Clock clock) {
    return new Tokens(
        new SecuritySettings(null, Duration.ofSeconds(60), 100, true),
        new IssuerSettings(
            keySet == null ? null : URI.create(keySet),
            issuer == null ? null : URI.create(issuer),
            null,
            List.of("RS256"),
            List.of()),
        clock);
  }

  private String token(RSAKey key, String issuer) throws JOSEException {
    return TestTokens.sign(
        TestTokens.claims("alice", Instant.now()).issuer(issuer).build(),
        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
        new RSASSASigner(key));
  }

  private static void refuse(Tokens tokens, String token, Refusal expected) {
    assertThatThrownBy(() -> tokens.verify(token).block())
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(expected));
  }

  @Test
  void fetchesTheKeysOnceForManyTokens() throws JOSEException {
    Tokens tokens = tokens(base + "/keys", null);
    assertThat(fetches).hasValue(0);
    for (int i = 0; i < 10; i++) {
      assertThat(tokens.verify(token(key, "whoever" + i)).block()).isNotNull();
    }
    assertThat(fetches).hasValue(1);
    tokens.destroy();
  }

  @Test
  void discoversTheKeysOfItsIssuerAndRefusesAnotherIssuer() throws JOSEException {
    Tokens tokens = tokens(null, base);
    assertThat(tokens.verify(token(key, base)).block()).isNotNull();
    refuse(tokens, token(key, base + "/other"), CommonRefusal.UNAUTHENTICATED);
    tokens.destroy();
  }

  @Test
  void doesNotTrustADocumentThatNamesAnotherIssuer() throws JOSEException {
    named = "https://elsewhere.example";
    Tokens tokens = tokens(null, base);
    refuse(tokens, token(key, base), CommonRefusal.DEPENDENCY_UNAVAILABLE);
    tokens.destroy();
  }

  @Test
  void refusesKeysThatTheIssuerDoesNotPublishHoweverManyAreTried() throws JOSEException {
    Tokens tokens = tokens(base + "/keys", null);
    assertThat(tokens.verify(token(key, base)).block()).isNotNull();
    for (int i = 0; i < 10; i++) {
      RSAKey forged = new RSAKeyGenerator(2048).keyID("forged" + i).generate();
      refuse(tokens, token(forged, base), CommonRefusal.UNAUTHENTICATED);
    }
    assertThat(fetches.get()).isLessThanOrEqualTo(3);
    tokens.destroy();
  }

  @Test
  void followsTheIssuerToANewKey() throws JOSEException {
    Tokens tokens = tokens(base + "/keys", null);
    assertThat(tokens.verify(token(key, base)).block()).isNotNull();
    key = new RSAKeyGenerator(2048).keyID("two").generate();
    assertThat(tokens.verify(token(key, base)).block()).isNotNull();
    tokens.destroy();
  }

  /** Or a key that its issuer withdraws would go on opening doors until its last token expires. */
  @Test
  void looksAtTheKeysAgainAfterFiveMinutes() throws JOSEException {
    TokensTest.TestClock clock = new TokensTest.TestClock();
    Tokens tokens = tokens(base + "/keys", null, clock);
    String token = token(key, base);
    assertThat(tokens.verify(token).block()).isNotNull();
    clock.pass(Duration.ofSeconds(299));
    assertThat(tokens.known("Bearer " + token)).isNotNull();
    clock.pass(Duration.ofSeconds(1));
    assertThat(tokens.known("Bearer " + token)).isNull();
    assertThat(tokens.verify(token).block()).isNotNull();
    tokens.destroy();
  }

  @Test
  void saysUnavailableWhileTheIssuerIsAwayAndKeepsWhomItKnows() throws JOSEException {
    Tokens tokens = tokens(base + "/keys", null);
    String known = token(key, base);
    Tokens late = tokens(base + "/keys", null);
    assertThat(tokens.verify(known).block()).isNotNull();
    issuer.stop(0);
    assertThat(tokens.known("Bearer " + known)).isNotNull();
    assertThat(tokens.verify(token(key, "other")).block()).isNotNull();
    refuse(late, known, CommonRefusal.DEPENDENCY_UNAVAILABLE);
    refuse(late, known, CommonRefusal.DEPENDENCY_UNAVAILABLE);
    tokens.destroy();
    late.destroy();
  }
}
