package dev.firstcome.http.security;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.ByteArrayResource;

/** Good tokens come in, and every kind of bad one stays out. */
class TokensTest {

  private static final SecuritySettings SETTINGS =
      new SecuritySettings(TestTokens.SECRET, Duration.ofSeconds(60), 100, true);
  private static final IssuerSettings NO_ISSUER =
      new IssuerSettings(null, null, null, List.of("RS256"), List.of());

  private final TestClock clock = new TestClock();
  private final Tokens tokens = new Tokens(SETTINGS, NO_ISSUER, clock);

  static final class TestClock extends Clock {
    private Instant now = Instant.parse("2026-11-22T00:00:00Z");

    void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneId.of("UTC");
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private JWTClaimsSet.Builder claims() {
    return TestTokens.claims("alice", clock.instant());
  }

  private Caller accept(String token) {
    return Objects.requireNonNull(tokens.verify(token).block());
  }

  private void refuse(String token) {
    refuse(tokens, token);
  }

  private static void refuse(Tokens tokens, String token) {
    assertThatThrownBy(() -> tokens.verify(token).block())
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.refusal()).isEqualTo(CommonRefusal.UNAUTHENTICATED));
    assertThat(tokens.known("Bearer " + token)).isNull();
  }

  @Test
  void acceptsAGoodTokenAndRemembersIt() {
    String token = TestTokens.sign(claims().claim("scope", "admin read").build());
    assertThat(tokens.known("Bearer " + token)).isNull();
    Caller caller = accept(token);
    assertThat(caller).isEqualTo(new Caller("alice", Set.of("admin", "read")));
    assertThat(tokens.known("Bearer " + token)).isSameAs(caller);
  }

  @Test
  void readsScopesInEveryCommonForm() {
    assertThat(accept(TestTokens.sign(claims().claim("scp", List.of("a", "b")).build())).scopes())
        .containsExactlyInAnyOrder("a", "b");
    assertThat(accept(TestTokens.sign(claims().claim("scp", "a b").build())).scopes())
        .containsExactlyInAnyOrder("a", "b");
    assertThat(accept(TestTokens.sign(claims().build())).hasScope("admin")).isFalse();
    assertThat(accept(TestTokens.sign(claims().claim("scope", "administrator").build())).scopes())
        .containsExactly("administrator");
    assertThat(accept(TestTokens.sign(claims().claim("scope", 7).build())).scopes()).isEmpty();
  }

  @Test
  void refusesAForgedToken() throws JOSEException {
    MACSigner other = new MACSigner("another secret, also longer than 32 bytes");
    refuse(TestTokens.sign(claims().build(), new JWSHeader(JWSAlgorithm.HS256), other));
  }

  @Test
  void refusesAnUnsignedToken() {
    refuse(new PlainJWT(claims().build()).serialize());
  }

  @Test
  void refusesASignatureThatIsMissing() {
    String token = TestTokens.sign(claims().build());
    refuse(token.substring(0, token.lastIndexOf('.') + 1));
  }

  @Test
  void refusesAnotherAlgorithmWithTheRightSecret() throws JOSEException {
    String secret = TestTokens.SECRET + TestTokens.SECRET;
    Tokens longer =
        new Tokens(new SecuritySettings(secret, Duration.ZERO, 10, true), NO_ISSUER, clock);
    MACSigner signer = new MACSigner(secret);
    for (JWSAlgorithm algorithm : List.of(JWSAlgorithm.HS384, JWSAlgorithm.HS512)) {
      refuse(longer, TestTokens.sign(claims().build(), new JWSHeader(algorithm), signer));
    }
  }

  @Test
  void refusesATamperedPayload() {
    String[] parts = TestTokens.sign(claims().build()).split("\\.");
    String payload = claims().subject("mallory").claim("scope", "admin").build().toString();
    parts[1] =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(payload.getBytes(StandardCharsets.UTF_8));
    refuse(String.join(".", parts));
  }

  @Test
  void refusesATamperedHeader() {
    String[] parts = TestTokens.sign(claims().build()).split("\\.");
    parts[0] =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8));
    refuse(String.join(".", parts));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a.b.c", "..", "x", "eyJhbGciOiJIUzI1NiJ9..", "a.b.c.d.e"})
  void refusesWhatIsNoToken(String token) {
    refuse(token);
  }

  @Test
  void refusesATokenOfAnotherKind() throws JOSEException {
    JWSHeader header =
        new JWSHeader.Builder(JWSAlgorithm.HS256).type(new JOSEObjectType("dpop+jwt")).build();
    refuse(TestTokens.sign(claims().build(), header, new MACSigner(TestTokens.SECRET)));
  }

  @Test
  void refusesACriticalHeaderThatItDoesNotKnow() throws JOSEException {
    JWSHeader header =
        new JWSHeader.Builder(JWSAlgorithm.HS256)
            .criticalParams(Set.of("moon"))
            .customParam("moon", "full")
            .build();
    refuse(TestTokens.sign(claims().build(), header, new MACSigner(TestTokens.SECRET)));
  }

  @Test
  void refusesATokenThatNeverExpires() {
    refuse(TestTokens.sign(claims().expirationTime(null).build()));
  }

  @Test
  void refusesAnExpiredTokenButForgivesAClockThatIsALittleWrong() {
    Instant now = clock.instant();
    refuse(TestTokens.sign(claims().expirationTime(Date.from(now.minusSeconds(60))).build()));
    accept(TestTokens.sign(claims().expirationTime(Date.from(now.minusSeconds(59))).build()));
  }

  @Test
  void refusesATokenThatIsNotValidYet() {
    Instant now = clock.instant();
    refuse(TestTokens.sign(claims().notBeforeTime(Date.from(now.plusSeconds(61))).build()));
    accept(TestTokens.sign(claims().notBeforeTime(Date.from(now.plusSeconds(60))).build()));
  }

  @Test
  void forgetsATokenTheMomentItExpires() {
    String token = TestTokens.sign(claims().build());
    accept(token);
    clock.pass(Duration.ofSeconds(3600 + 59));
    assertThat(tokens.known("Bearer " + token)).isNotNull();
    clock.pass(Duration.ofSeconds(1));
    assertThat(tokens.known("Bearer " + token)).isNull();
    refuse(token);
  }

  @Test
  void remembersNoMoreTokensThanItMay() {
    List<String> many =
        IntStream.range(0, 500)
            .mapToObj(i -> TestTokens.sign(claims().claim("n", i).build()))
            .toList();
    many.forEach(this::accept);
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(
                        many.stream()
                            .filter(token -> tokens.known("Bearer " + token) != null)
                            .count())
                    .isBetween(1L, 100L));
  }

  @Test
  void doesNotForgiveAClockThatIsVeryWrong() {
    assertThatThrownBy(() -> new SecuritySettings(null, Duration.ofSeconds(301), 1, true))
        .hasMessageContaining("clock-skew");
    assertThatThrownBy(() -> new SecuritySettings(null, Duration.ofSeconds(-1), 1, true))
        .hasMessageContaining("clock-skew");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "with space",
        "탭",
        "tab\t",
        "null\u0000",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
      })
  void refusesAUserIdThatIsNone(String subject) {
    refuse(TestTokens.sign(TestTokens.claims(subject, clock.instant()).build()));
  }

  @Test
  void refusesATokenOfNobody() {
    refuse(TestTokens.sign(claims().subject(null).build()));
  }

  @Test
  void acceptsTheLongestUserId() {
    String subject = "~".repeat(64);
    String token = TestTokens.sign(TestTokens.claims(subject, clock.instant()).build());
    assertThat(accept(token).userId()).isEqualTo(subject);
  }

  @Test
  void cannotBeTrickedIntoUsingAPublicKeyAsASecret() throws JOSEException {
    RSAKey key = new RSAKeyGenerator(2048).generate();
    Tokens asymmetric = new Tokens(publicKeySettings(null), publicKey(key, List.of()), clock);
    JWTClaimsSet claims = claims().build();
    String good = TestTokens.sign(claims, new JWSHeader(JWSAlgorithm.RS256), new RSASSASigner(key));
    assertThat(asymmetric.verify(good).block()).isEqualTo(new Caller("alice", Set.of()));
    byte[] publicKey = pem(key).getBytes(StandardCharsets.US_ASCII);
    byte[] encoded = key.toRSAPublicKey().getEncoded();
    for (byte[] secret : List.of(publicKey, encoded)) {
      JWSHeader header = new JWSHeader(JWSAlgorithm.HS256);
      refuse(asymmetric, TestTokens.sign(claims, header, new MACSigner(secret)));
    }
    RSAKey other = new RSAKeyGenerator(2048).generate();
    refuse(
        asymmetric,
        TestTokens.sign(claims, new JWSHeader(JWSAlgorithm.RS256), new RSASSASigner(other)));
    refuse(
        asymmetric,
        TestTokens.sign(claims, new JWSHeader(JWSAlgorithm.PS256), new RSASSASigner(key)));
  }

  @Test
  void refusesATokenForAnotherAudience() throws JOSEException {
    RSAKey key = new RSAKeyGenerator(2048).generate();
    Tokens shop = new Tokens(publicKeySettings(null), publicKey(key, List.of("shop")), clock);
    JWSHeader header = new JWSHeader(JWSAlgorithm.RS256);
    RSASSASigner signer = new RSASSASigner(key);
    refuse(shop, TestTokens.sign(claims().build(), header, signer));
    refuse(shop, TestTokens.sign(claims().audience("bank").build(), header, signer));
    String good =
        TestTokens.sign(claims().audience(List.of("bank", "shop")).build(), header, signer);
    assertThat(shop.verify(good).block()).isNotNull();
  }

  @Test
  void doesNotStartWithoutAWayToVerify() {
    doesNotStart(publicKeySettings(null), NO_ISSUER, "neither");
    doesNotStart(publicKeySettings("x".repeat(31)), NO_ISSUER, "shorter than 32 bytes");
    ByteArrayResource junk = new ByteArrayResource("junk".getBytes(StandardCharsets.US_ASCII));
    doesNotStart(
        publicKeySettings(null),
        new IssuerSettings(null, null, junk, List.of("RS256"), List.of()),
        "PEM");
    doesNotStart(
        publicKeySettings(null),
        new IssuerSettings(null, null, junk, List.of("HS256"), List.of()),
        "asymmetric");
    doesNotStart(
        SETTINGS, new IssuerSettings(null, null, junk, List.of("RS256"), List.of()), "both");
  }

  @ParameterizedTest
  @CsvSource({"EC, RS256, RSA", "RSA, ES256, EC", "Ed25519, PS512, RSA"})
  void doesNotStartWithAKeyOfAnotherKind(String kind, String algorithm, String needed)
      throws Exception {
    PublicKey other = KeyPairGenerator.getInstance(kind).generateKeyPair().getPublic();
    ByteArrayResource pem = new ByteArrayResource(pem(other).getBytes(StandardCharsets.US_ASCII));
    doesNotStart(
        publicKeySettings(null),
        new IssuerSettings(null, null, pem, List.of(algorithm), List.of()),
        "is no PEM public key of the kind " + needed + ", which " + algorithm + " needs");
  }

  @ParameterizedTest
  @ValueSource(strings = {"EdDSA", "Ed25519", "ES256K", "none"})
  void doesNotStartWithAKeyThatItCannotUse(String algorithm) {
    ByteArrayResource key = new ByteArrayResource(new byte[0]);
    doesNotStart(
        publicKeySettings(null),
        new IssuerSettings(null, null, key, List.of(algorithm), List.of()),
        algorithm);
  }

  @Test
  void saysWhatIsWrongWithATokenThatItRefuses() {
    assertThat(fault(TestTokens.sign(claims().subject("a b").build()))).isEqualTo("SUBJECT");
    assertThat(fault(TestTokens.sign(claims().subject("x".repeat(65)).build())))
        .isEqualTo("SUBJECT");
    assertThat(fault(TestTokens.sign(claims().expirationTime(null).build()))).isEqualTo("EXPIRED");
    assertThat(fault("no.token")).isEqualTo("MALFORMED");
    assertThat(fault(TestTokens.sign(claims().build()) + "x")).isEqualTo("SIGNATURE");
  }

  private @Nullable String fault(String token) {
    try {
      tokens.verify(token).block();
      return null;
    } catch (Refused refused) {
      return refused.reason();
    }
  }

  private static void doesNotStart(SecuritySettings settings, IssuerSettings issuer, String why) {
    assertThatThrownBy(() -> new Tokens(settings, issuer))
        .isInstanceOf(TokenSettingsException.class)
        .hasMessageContaining(why);
  }

  @Test
  void keepsTheSecretOutOfLogs() {
    assertThat(SETTINGS.toString()).doesNotContain(TestTokens.SECRET);
  }

  private static SecuritySettings publicKeySettings(@Nullable String secret) {
    return new SecuritySettings(secret, Duration.ofSeconds(60), 100, true);
  }

  private static IssuerSettings publicKey(RSAKey key, List<String> audiences) throws JOSEException {
    ByteArrayResource pem = new ByteArrayResource(pem(key).getBytes(StandardCharsets.US_ASCII));
    return new IssuerSettings(null, null, pem, List.of("RS256"), audiences);
  }

  private static String pem(RSAKey key) throws JOSEException {
    return pem(key.toRSAPublicKey());
  }

  private static String pem(PublicKey key) {
    String base64 = Base64.getMimeEncoder().encodeToString(key.getEncoded());
    return "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n";
  }
}
