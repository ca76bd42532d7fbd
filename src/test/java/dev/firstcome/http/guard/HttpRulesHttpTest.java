package dev.firstcome.http.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.http.dispatch.Client;
import dev.firstcome.http.dispatch.HouseTest;
import dev.firstcome.http.dispatch.Wire;
import dev.firstcome.http.security.TestTokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
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

  private static final List<String> READ =
      List.of(
          "Accept",
          "Accept-Encoding",
          "ACCEPT-LANGUAGE",
          "Access-Control-Request-Headers",
          "Access-Control-Request-Method",
          "Authorization",
          "Content-Encoding",
          "Content-Type",
          "Idempotency-Key",
          "if-match",
          "If-Modified-Since",
          "If-None-Match",
          "Last-Event-ID",
          "Origin",
          "traceparent",
          "X-Forwarded-For");

  private static final String ALICE =
      "Authorization: Bearer " + TestTokens.token("http-rules") + "\r\n";

  @LocalServerPort int port;

  private String answer(String request) throws IOException {
    return answer(request.getBytes(StandardCharsets.UTF_8));
  }

  private String answer(byte[] request) throws IOException {
    try (Wire wire = new Wire(port)) {
      return wire.send(request).readToEnd();
    }
  }

  private static byte[] bytes(String eachACharacter) {
    return eachACharacter.getBytes(StandardCharsets.ISO_8859_1);
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
        .containsIgnoringCase("cache-control: no-store\r")
        .containsIgnoringCase("vary: accept-language\r")
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

  @ParameterizedTest
  @ValueSource(strings = {"\u00ff", "\u00c0\u00af", "\u00ed\u00a0\u0080", "\u00e2\u0082"})
  void refusesBytesThatAreNotUtf8(String wrong) throws IOException {
    for (String path : List.of("/api/v1/products/" + wrong, "/api/v1/products?cursor=" + wrong)) {
      assertThat(answer(bytes("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + END)))
          .startsWith("HTTP/1.1 400")
          .contains("\"code\":\"INVALID_REQUEST\"");
    }
    for (String name : READ) {
      String header = name + ": a" + wrong + "\r\n";
      assertThat(answer(bytes(PRODUCTS + "Host: a\r\n" + header + END)))
          .as(name)
          .startsWith("HTTP/1.1 400")
          .contains("\"code\":\"INVALID_REQUEST\"");
    }
  }

  @Test
  void leavesAloneWhatItDoesNotReadAndWhatIsUtf8() throws IOException {
    String strange = "User-Agent: \u00ff\r\nCookie: \u00c0\u00af\r\n";
    assertThat(answer(bytes(PRODUCTS + "Host: a\r\n" + strange + END))).startsWith("HTTP/1.1 200");
    assertThat(answer(PRODUCTS + "Host: a\r\nAccept-Language: \uac00\r\n" + END))
        .startsWith("HTTP/1.1 200");
  }

  /** Its own host counts, whatever the header says. */
  @Test
  void servesATargetWithItsHost() throws IOException {
    String products = "GET http://shop.example/api/v1/products/";
    assertThat(answer(products + "7?x=1 HTTP/1.1\r\nHost: other.example\r\n" + END))
        .startsWith("HTTP/1.1 200")
        .endsWith("{\"id\":7}");
    assertThat(answer(products + "none HTTP/1.1\r\nHost: other.example\r\n" + END))
        .startsWith("HTTP/1.1 404")
        .contains("\"instance\":\"/api/v1/products/none\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Accept-Language : ko\r\n", "Host : a\r\n", "X\t: y\r\n"})
  void refusesSpaceBeforeAColon(String header) throws IOException {
    assertThat(answer(PRODUCTS + "Host: a\r\n" + header + END)).startsWith("HTTP/1.1 400");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ko,\r\n en;q=0.5", "ko,\r\n\ten;q=0.5", "en;q=0.5,\r\n  ko"})
  void readsAFoldedHeaderAsOneLine(String folded) throws IOException {
    assertThat(
            answer(
                "GET /api/v1/who HTTP/1.1\r\nHost: a\r\nAccept-Language: " + folded + "\r\n" + END))
        .startsWith("HTTP/1.1 401")
        .containsIgnoringCase("content-language: ko");
  }

  /** What follows may be a body or a request: it is taken for neither. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
        "1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5",
        "1.1\r\nTransfer-Encoding: chunked, gzip",
        "1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "1.1\r\nTransfer-Encoding: gzip",
        "1.1\r\nTransfer-Encoding: xchunked",
        "1.0\r\nTransfer-Encoding: chunked",
        "1.1\r\nContent-Length: 0\r\nContent-Length: 5",
        "1.1\r\nContent-Length: 0, 5",
        "1.1\r\nContent-Length: +5",
        "1.1\r\nContent-Length: 5a",
        "1.1\r\nContent-Length: -1",
        "1.1\r\nContent-Length:",
      })
  void refusesABodyOfUncertainLengthAndCloses(String framing) throws IOException {
    String who = "POST /api/v1/who HTTP/" + framing + "\r\nHost: a\r\n" + ALICE + "\r\n";
    assertThat(answer(who + "0\r\n\r\n" + PRODUCTS + "Host: a\r\n\r\n"))
        .matches("(?s)HTTP/1\\.[01] 400.*")
        .contains("\"code\":\"INVALID_REQUEST\"")
        .doesNotContain("200 OK", "items");
  }

  @Test
  void asksForABodyThatWaitsForItAndNotIfItIsRefusedAnyway() throws IOException {
    String body = "{\"items\":[{\"productId\":1,\"quantity\":1}]}";
    String waits =
        "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: "
            + (body.length() + "\r\n" + END);
    String echo = "POST /api/v1/echo HTTP/1.1\r\nHost: a\r\n";
    try (Wire wire = new Wire(port)) {
      wire.send(echo + ALICE + waits);
      assertThat(wire.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100 Continue\r\n");
      assertThat(wire.send(body).readToEnd()).startsWith("HTTP/1.1 200");
    }
    assertThat(answer(echo + waits)).startsWith("HTTP/1.1 401");
    assertThat(answer("POST /api/v1/echo HTTP/1.0\r\n" + ALICE + waits + body))
        .contains(" 200 OK")
        .doesNotContain("100 Continue");
  }

  @Test
  void endsA204WithItsHead() throws IOException {
    assertThat(answer("OPTIONS /api/v1/products HTTP/1.1\r\nHost: a\r\n" + ALICE + END))
        .startsWith("HTTP/1.1 204")
        .doesNotContainIgnoringCase("content-length")
        .doesNotContainIgnoringCase("transfer-encoding")
        .endsWith("\r\n\r\n");
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
