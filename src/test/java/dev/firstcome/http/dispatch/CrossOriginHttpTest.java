package dev.firstcome.http.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.http.dispatch.Client.Answer;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** A page on another origin. */
@HouseTest
@TestPropertySource(properties = "firstcome.web.cors.allowed-origins=https://shop.example")
@Timeout(60)
class CrossOriginHttpTest {

  @LocalServerPort int port;

  private String preflight(String origin) throws IOException {
    try (Wire wire = new Wire(port)) {
      wire.send(
          ("OPTIONS /api/v1/who HTTP/1.1\r\nHost: localhost\r\nOrigin: %s\r\n"
                  + "Access-Control-Request-Method: POST\r\n"
                  + "Access-Control-Request-Headers: authorization,idempotency-key\r\n"
                  + "Connection: close\r\n\r\n")
              .formatted(origin));
      return wire.readToEnd();
    }
  }

  @Test
  void mayAskIfItIsNamed() throws IOException {
    assertThat(preflight("https://shop.example"))
        .startsWith("HTTP/1.1 200")
        .containsIgnoringCase("access-control-allow-origin: https://shop.example")
        .containsIgnoringCase("vary: origin");
    assertThat(preflight("https://other.example"))
        .startsWith("HTTP/1.1 403")
        .contains("\"code\":\"FORBIDDEN\"")
        .doesNotContainIgnoringCase("access-control-allow-origin");
  }

  @Test
  void readsAnswersAndRefusalsAlike() throws IOException {
    try (Wire wire = new Wire(port)) {
      wire.send("GET /api/v1/who HTTP/1.1\r\nHost: localhost\r\nOrigin: https://shop.example\r\n")
          .send("Connection: close\r\n\r\n");
      assertThat(wire.readToEnd())
          .startsWith("HTTP/1.1 401")
          .containsIgnoringCase("access-control-allow-origin: https://shop.example")
          .containsPattern("(?i)access-control-expose-headers: .*Retry-After");
    }
    Answer same = new Client(port).get("/api/v1/products");
    assertThat(same.response().headers().allValues("Vary")).contains("Origin");
  }

  /** Behind a proxy that ends TLS the shop sees http, and its own page says https. */
  @Test
  void isTheShopsOwnOnlyIfItSaysTheSameScheme() throws IOException {
    assertThat(from("http://shop.example")).startsWith("HTTP/1.1 200");
    assertThat(from("https://shop.example")).startsWith("HTTP/1.1 200");
    assertThat(from("https://other.example"))
        .startsWith("HTTP/1.1 403")
        .contains("\"code\":\"FORBIDDEN\"");
  }

  private String from(String origin) throws IOException {
    try (Wire wire = new Wire(port)) {
      wire.send("GET /api/v1/products HTTP/1.1\r\nHost: shop.example\r\nOrigin: " + origin)
          .send("\r\nConnection: close\r\n\r\n");
      return wire.readToEnd();
    }
  }

  @Test
  void readsWhatTheConnectionItselfRefuses() throws IOException {
    try (Wire wire = new Wire(port)) {
      wire.send("GET /%ff HTTP/1.1\r\nHost: localhost\r\nOrigin: https://shop.example\r\n\r\n");
      assertThat(wire.readToEnd())
          .startsWith("HTTP/1.1 400")
          .containsIgnoringCase("access-control-allow-origin: https://shop.example");
    }
  }
}
