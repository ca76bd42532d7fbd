package dev.firstcome.http.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Tokens;
import dev.firstcome.http.dispatch.Client.Answer;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;

/** What the shop shows of itself: no more than it must, and pages that run nothing foreign. */
@ShopTest
@ExtendWith(OutputCaptureExtension.class)
class ExposureIT {

  private static final Pattern INLINE =
      Pattern.compile("(?i)<script(?![^>]*\\ssrc=)|<style|\\sstyle=|\\son[a-z]+=|javascript:");

  @Autowired private RouteTable table;
  @Autowired private Tokens tokens;
  @Autowired private Environment environment;
  @Autowired private LoggingSystem logging;
  @LocalServerPort private int port;
  private Client client;

  @BeforeEach
  void connect() {
    client = new Client(port);
  }

  /** Whatever is not the API is a page or a part of one, those that are still to come included. */
  @Test
  void pagesRunNothingButOurOwnFiles() {
    List<String> pages =
        table.routes().stream()
            .filter(route -> route.method() == HttpMethod.GET)
            .map(route -> route.pattern().getPatternString())
            .filter(path -> !path.startsWith("/api/") && !path.contains("{"))
            .filter(path -> !path.endsWith("/stream"))
            .toList();
    assertThat(pages).hasSizeGreaterThan(5);
    for (String path : pages) {
      Answer page = client.get(path);
      assertThat(page.header("X-Content-Type-Options")).as(path).isEqualTo("nosniff");
      if (page.status() == 200) {
        assertThat(page.header("Referrer-Policy")).as(path).isEqualTo("no-referrer");
        assertThat(page.header("Content-Security-Policy"))
            .as(path)
            .contains("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
            .doesNotContain("unsafe", "http:", "https:", "*");
        if (page.header("Content-Type").startsWith("text/html")) {
          assertThat(page.body()).as(path).doesNotContainPattern(INLINE);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/products", "/api/v1/cart", "/nothing", "/actuator/health"})
  void everyAnswerIsOnlyWhatItSaysItIs(String path) {
    assertThat(client.get(path).header("X-Content-Type-Options")).isEqualTo("nosniff");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "env",
        "configprops",
        "beans",
        "mappings",
        "loggers",
        "heapdump",
        "threaddump",
        "sbom",
        "sbom/application",
        "info",
        "metrics",
        "flyway",
        "shutdown",
      })
  void notEvenAnAdministratorSeesTheRestOfActuator(String endpoint) {
    String path = "/actuator/" + endpoint;
    assertThat(client.get(path).status()).isEqualTo(401);
    Answer answer = client.get(path, "Authorization", "Bearer " + tokens.admin("root"));
    assertThat(answer.status()).isEqualTo(404);
  }

  @Test
  void neitherLogsNorActuatorTellASecret(CapturedOutput output) {
    String secret =
        Objects.requireNonNull(environment.getProperty("firstcome.security.jwt-secret"));
    String token = tokens.user("exposed");
    String forged = new Tokens("another secret of 32 bytes or more").user("exposed");
    logging.setLogLevel("dev.firstcome", LogLevel.DEBUG);
    try {
      client.get("/api/v1/cart", "Authorization", "Bearer " + token);
      client.get("/api/v1/cart", "Authorization", "Bearer " + forged);
      client.get("/api/v1/cart", "Authorization", "Bearer " + token + "x.y");
    } finally {
      logging.setLogLevel("dev.firstcome", null);
    }
    assertThat(output).contains("token refused").doesNotContain(secret, token, forged);
    for (String path : List.of("/actuator/prometheus", "/actuator/health")) {
      assertThat(client.get(path).body()).isNotEmpty().doesNotContain(secret, "password");
    }
    assertThat(client.get("/actuator/health").body()).doesNotContain("components", "details");
  }
}
