package dev.firstcome.http.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.http.dispatch.Client;
import dev.firstcome.http.dispatch.HouseTest;
import dev.firstcome.http.dispatch.Wire;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What RFC 9110 and 9112 demand of a server: the table is in {@code src/docs/http.md}. */
@HouseTest
@Timeout(60)
class HttpRulesHttpTest {

  private static final String PRODUCTS = "GET /api/v1/products HTTP/1.1\r\n";
  private static final String END = "Connection: close\r\n\r\n";

  @LocalServerPort int port;

  private String answer(String request) throws IOException {
    try (Wire wire = new Wire(port)) {
      return wire.send(request).readToEnd();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        PRODUCTS + "Host: localhost\r\n" + END,
        "GET /nothing HTTP/1.1\r\nHost: localhost\r\n" + END,
        "rubbish\r\n\r\n",
        PRODUCTS + END,
        "POST /api/v1/who HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n" + END,
      })
  void datesEveryAnswer(String request) throws IOException {
    String head =
        answer(request)
            .lines()
            .filter(l -> l.regionMatches(true, 0, "date: ", 0, 6))
            .findFirst()
            .orElse("");
    assertThat(head).isNotEmpty();
    Instant date =
        ZonedDateTime.parse(head.substring(6), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    assertThat(Duration.between(date, Instant.now()).abs()).isLessThan(Duration.ofMinutes(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        PRODUCTS,
        PRODUCTS + "Host: a\r\nHost: a\r\n",
        PRODUCTS + "Host: a\r\nHost: b\r\n",
        PRODUCTS + "Host: a b\r\n",
        PRODUCTS + "Host: a/b\r\n",
        "POST /api/v1/who HTTP/1.1\r\nContent-Length: 0\r\n",
      })
  void refusesWhatHasNotOneGoodHost(String request) throws IOException {
    assertThat(answer(request + "\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("\"code\":\"INVALID_REQUEST\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        PRODUCTS + "Host:\r\n",
        PRODUCTS + "Host: [::1]:8080\r\n",
        PRODUCTS + "Host: shop.example:80\r\n",
        "GET /api/v1/products HTTP/1.0\r\n",
      })
  void servesWhatHasOneOrNeedsNone(String request) throws IOException {
    assertThat(answer(request + END)).contains(" 200 OK");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/products/%c0%af",
        "/api/v1/products/%ed%a0%80",
        "/api/v1/products/%ff",
        "/api/v1/products/%e2%82",
        "/api/v1/products/%zz",
        "/api/v1/products/%",
        "/api/v1/products?cursor=%c0%80",
        "/api/v1/products?limit=%e2%28%a1",
      })
  void refusesATargetThatIsNotUtf8(String target) throws IOException {
    assertThat(answer("GET " + target + " HTTP/1.1\r\nHost: a\r\n" + END))
        .startsWith("HTTP/1.1 400")
        .contains("\"code\":\"INVALID_REQUEST\"");
  }

  @Test
  void servesATargetInAnyLanguage() throws IOException {
    assertThat(answer("GET /api/v1/products?x=%ea%b0%80 HTTP/1.1\r\nHost: a\r\n" + END))
        .startsWith("HTTP/1.1 200");
  }

  @Test
  void endsAnAnswerOfUnknownLengthWithItsConnectionForHttp10() throws IOException {
    String answer = answer("GET /api/v1/endless HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assertThat(answer)
        .containsIgnoringCase("connection: close")
        .doesNotContainIgnoringCase("transfer-encoding")
        .endsWith("\r\n\r\none two three ");
    assertThat(answer("GET /api/v1/endless HTTP/1.1\r\nHost: a\r\n" + END))
        .containsIgnoringCase("transfer-encoding: chunked");
  }

  @Test
  void saysThatNothingMayBeKeptUnlessItSaysThatItMay() {
    Client client = new Client(port);
    assertThat(client.get("/api/v1/products/1").header("Cache-Control")).isEqualTo("no-store");
    Client.Answer refused = client.get("/api/v1/who", "Accept-Language", "ko");
    assertThat(refused.header("Cache-Control")).isEqualTo("no-store");
    assertThat(refused.header("Vary")).isEqualTo("Accept-Language");
    assertThat(client.get("/docs").header("Cache-Control")).contains("must-revalidate");
  }
}
