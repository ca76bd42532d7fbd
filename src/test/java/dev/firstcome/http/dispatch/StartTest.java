package dev.firstcome.http.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** An instance that could not tell a good token from a bad one does not start. */
@ExtendWith(OutputCaptureExtension.class)
class StartTest {

  private static void start(String... settings) {
    SpringApplication house = new SpringApplication(House.class);
    house.run(settings).close();
  }

  @Test
  void refusesToStartWithoutTokenVerificationAndSaysWhatToSet(CapturedOutput output) {
    assertThatThrownBy(() -> start("--server.port=0")).isNotNull();
    assertThat(output)
        .contains("Bearer tokens cannot be verified")
        .contains("FIRSTCOME_SECURITY_JWTSECRET");
  }

  @Test
  void refusesToStartWithASecretThatIsTooShortAndDoesNotPrintIt(CapturedOutput output) {
    String secret = "too-short-but-secret";
    assertThatThrownBy(() -> start("--server.port=0", "--firstcome.security.jwt-secret=" + secret))
        .isNotNull();
    assertThat(output).contains("shorter than 32 bytes").doesNotContain(secret);
  }
}
