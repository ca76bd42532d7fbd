package dev.firstcome.http.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A page on another origin, of which no setting speaks. */
@HouseTest
@Timeout(60)
class SameOriginHttpTest {

  @LocalServerPort int port;

  private String ask(String method, String path) throws IOException {
    try (Wire wire = new Wire(port)) {
      wire.send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n")
          .send("Origin: https://shop.example\r\nAccess-Control-Request-Method: POST\r\n")
          .send("Connection: close\r\n\r\n");
      return wire.readToEnd();
    }
  }

  @Test
  void mayNotAskAndReadsNothing() throws IOException {
    assertThat(ask("OPTIONS", "/api/v1/who"))
        .startsWith("HTTP/1.1 401")
        .doesNotContainIgnoringCase("access-control-");
    assertThat(ask("OPTIONS", "/api/v1/products")).doesNotContainIgnoringCase("access-control-");
    assertThat(ask("GET", "/api/v1/products"))
        .startsWith("HTTP/1.1 200")
        .doesNotContainIgnoringCase("access-control-")
        .doesNotContainIgnoringCase("vary: origin");
    assertThat(ask("GET", "/%ff"))
        .startsWith("HTTP/1.1 400")
        .doesNotContainIgnoringCase("access-control-");
  }
}
