package dev.firstcome.engine.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SigningKeyTest {

  @Test
  void signsAsTheSpecificationsLibrariesDo() {
    byte[] body = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);

    // The test vector that the reference libraries share.
    assertThat(
            SigningKey.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
                .sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body))
        .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @Test
  void signsWithEachOfSeveralSecrets() {
    List<SigningKey> keys = SigningKey.all(" " + secret(24) + "  " + secret(32) + " ");
    String signed = SigningKey.sign(keys, "id", 1, new byte[0]);

    assertThat(signed.split(" "))
        .containsExactly(
            SigningKey.of(secret(24)).sign("id", 1, new byte[0]),
            SigningKey.of(secret(32)).sign("id", 1, new byte[0]));
    assertThatThrownBy(() -> SigningKey.all((secret(24) + " ").repeat(6)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 32, 64})
  void takesKeysOfTheLengthsThatTheSpecificationNames(int bytes) {
    assertThat(SigningKey.of(secret(bytes)).sign("id", 1, new byte[0])).startsWith("v1,");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 23, 65})
  void refusesKeysOfOtherLengths(int bytes) {
    assertThatThrownBy(() -> SigningKey.of(secret(bytes)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_not base64 at all!!!!!!!"
      })
  void refusesWhatIsNoSecretWithoutRepeatingIt(String secret) {
    assertThatThrownBy(() -> SigningKey.of(secret))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("firstcome.events.secret must be whsec_ and the base64 of 24 to 64 bytes");
  }

  private static String secret(int bytes) {
    return "whsec_" + Base64.getEncoder().encodeToString(new byte[bytes]);
  }
}
