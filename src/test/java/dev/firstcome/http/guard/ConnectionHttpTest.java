package dev.firstcome.http.guard;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.http.dispatch.Client;
import dev.firstcome.http.dispatch.House;
import dev.firstcome.http.dispatch.HouseTest;
import dev.firstcome.http.dispatch.Wire;
import dev.firstcome.http.security.TestTokens;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Clients that break off, dawdle, or do not speak HTTP. */
@HouseTest
class ConnectionHttpTest {

  @LocalServerPort int port;
  @Autowired House house;
  String alice;

  @BeforeEach
  void knowAlice() {
    alice = "Authorization: Bearer " + TestTokens.token("alice-" + System.nanoTime()) + "\r\n";
  }

  private String head(String request) {
    return request + " HTTP/1.1\r\nHost: localhost\r\n" + alice;
  }

  @Test
  void finishesTheWorkOfAClientThatHangsUp() throws IOException {
    House.Slow slow = house.anew();
    Wire wire = new Wire(port).send(head("POST /api/v1/slow") + "Content-Length: 0\r\n\r\n");
    slow.begun.asMono().block(SOON);
    wire.hangUp();
    // The server has noticed once it answers somebody else who came later on each of its loops.
    for (int i = 0; i < 20; i++) {
      assertThat(new Client(port).get("/api/v1/products").status()).isEqualTo(200);
    }
    slow.go.tryEmitValue("go");
    assertThat(slow.end.asMono().block(SOON)).isEqualTo("done");
  }

  @Test
  void answersInTimeAndLetsTheWorkGoOn() throws IOException {
    House.Slow slow = house.anew();
    try (Wire wire = new Wire(port)) {
      wire.send(head("POST /api/v1/slow") + "Content-Length: 0\r\n\r\n");
      String answer = wire.readUntil("traceId");
      assertThat(answer)
          .startsWith("HTTP/1.1 503")
          .contains("DEPENDENCY_UNAVAILABLE")
          .containsPattern("(?i)retry-after: [1-9][0-9]*\r");
    }
    slow.go.tryEmitValue("go");
    assertThat(slow.end.asMono().block(SOON)).isEqualTo("done");
  }

  @Test
  void cutsOffAHeadThatNeverEnds() throws IOException {
    try (Wire wire = new Wire(port)) {
      wire.send("GET /api/v1/products HTTP/1.1\r\nHost: ");
      assertThat(wire.readToEnd()).isEmpty();
    }
  }

  @Test
  void cutsOffTheSecondHeadOfAConnectionToo() throws IOException {
    try (Wire wire = new Wire(port)) {
      wire.send("GET /api/v1/products HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(wire.readUntil("nextCursor")).startsWith("HTTP/1.1 200");
      wire.send("GET /api/v1/pro");
      assertThat(wire.readToEnd()).doesNotContain("HTTP/1.1");
    }
  }

  @Test
  void cutsOffABodyThatNeverEnds() throws IOException {
    try (Wire wire = new Wire(port)) {
      wire.send(head("POST /api/v1/echo"))
          .send("Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"items\"");
      assertThat(wire.readToEnd()).doesNotContain("200");
    }
  }

  /** Up to 1.3.7 the server then never read from the connection again (reactor-netty #4361). */
  @Test
  void readsOnAfterARequestThatCameBeforeTheLastAnswer() throws IOException {
    House.Slow slow = house.anew();
    String products = "GET /api/v1/products HTTP/1.1\r\nHost: localhost\r\n\r\n";
    try (Wire wire = new Wire(port)) {
      wire.send(head("POST /api/v1/slow") + "Content-Length: 0\r\n\r\n" + products);
      slow.begun.asMono().block(SOON);
      slow.go.tryEmitValue("go");
      assertThat(wire.readUntil("nextCursor")).startsWith("HTTP/1.1 200");
      wire.send(products);
      assertThat(wire.readUntil("nextCursor")).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void answersBothOfTwoOfWhichTheSecondEndsTheConnection() throws IOException {
    String products = "GET /api/v1/products HTTP/1.1\r\nHost: localhost\r\n";
    try (Wire wire = new Wire(port)) {
      wire.send(products + "\r\n" + products + "Connection: close\r\n\r\n");
      assertThat(wire.readToEnd()).containsSubsequence("HTTP/1.1 200", "HTTP/1.1 200");
    }
  }

  @Test
  void keepsAConnectionThatRestsBetweenRequests() throws IOException {
    try (Wire wire = new Wire(port)) {
      wire.send("GET /api/v1/products HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(wire.readUntil("nextCursor")).startsWith("HTTP/1.1 200");
      // Longer than the deadline of a head: 700 ms here.
      try (Wire other = new Wire(port)) {
        assertThat(other.send("GET / HT").readToEnd()).isEmpty();
      }
      wire.send("GET /api/v1/products HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(wire.readUntil("nextCursor")).startsWith("HTTP/1.1 200");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "ko"})
  void documentsAnAddressThatIsNone(String language) throws IOException {
    try (Wire wire = new Wire(port)) {
      wire.send("GET /api/v1/products/%zz HTTP/1.1\r\nHost: localhost\r\n");
      wire.send("Accept-Language: " + language + "\r\nConnection: close\r\n\r\n");
      isDocumented(wire.readToEnd(), 400, language);
    }
  }

  @Test
  void documentsWhatIsNotHttp() throws IOException {
    try (Wire wire = new Wire(port)) {
      isDocumented(wire.send("rubbish\r\n\r\n").readToEnd(), 400, "en");
    }
  }

  @Test
  void documentsAnAddressThatIsTooLong() throws IOException {
    try (Wire wire = new Wire(port)) {
      wire.send("GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      isDocumented(wire.readToEnd(), 414, "en");
    }
  }

  @Test
  void documentsHeadersThatAreTooLong() throws IOException {
    try (Wire wire = new Wire(port)) {
      wire.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(9_000) + "\r\n\r\n");
      isDocumented(wire.readToEnd(), 431, "en");
    }
  }

  @Test
  void refusesATokenThatIsTooLong() throws IOException {
    String body = "Authorization: Bearer " + "a".repeat(8_100) + "\r\n";
    try (Wire wire = new Wire(port)) {
      wire.send("GET /api/v1/who HTTP/1.1\r\nHost: localhost\r\n" + body);
      wire.send("Connection: close\r\n\r\n");
      assertThat(wire.readToEnd()).startsWith("HTTP/1.1 401").contains("UNAUTHENTICATED");
    }
  }

  @Test
  void servesTheNextRequestAfterABodyThatWasTooLarge() throws IOException {
    try (Wire wire = new Wire(port)) {
      wire.send(head("POST /api/v1/echo"))
          .send("Content-Type: application/json\r\nContent-Length: 70000\r\n\r\n")
          .send("x".repeat(70_000));
      assertThat(wire.readUntil("traceId")).startsWith("HTTP/1.1 413");
      wire.send("GET /api/v1/products HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(wire.readUntil("nextCursor")).contains("HTTP/1.1 200");
    }
  }

  private static void isDocumented(String answer, int status, String language) {
    assertThat(answer)
        .startsWith("HTTP/1.1 " + status)
        .containsIgnoringCase("content-type: application/problem+json")
        .containsIgnoringCase("content-language: " + language)
        .containsIgnoringCase("cache-control: no-store\r")
        .containsIgnoringCase("vary: accept-language\r")
        .containsPattern("(?i)x-trace-id: [0-9a-f]{32}")
        .contains("\"status\":" + status, "\"code\":\"INVALID_REQUEST\"", "\"traceId\":\"");
  }
}
