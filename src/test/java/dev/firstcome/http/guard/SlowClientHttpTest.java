package dev.firstcome.http.guard;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.http.dispatch.Client;
import dev.firstcome.http.dispatch.House;
import dev.firstcome.http.dispatch.HouseTest;
import dev.firstcome.http.dispatch.ProblemHttpTest;
import dev.firstcome.http.dispatch.Wire;
import dev.firstcome.http.security.TestTokens;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** Clients that take their time, or too much of what there is: they go, and nobody else notices. */
@HouseTest
@TestPropertySource(
    properties = {
      "firstcome.web.write-timeout=1500ms",
      "firstcome.web.idle-timeout=1500ms",
      "firstcome.web.max-connections=100",
      "firstcome.web.trusted-proxies=127.0.0.1,10.0.0.0/8",
      "firstcome.limits.address-writes-per-second=1",
      "firstcome.limits.address-writes-burst=30",
    })
class SlowClientHttpTest {

  private static final String HOST = " HTTP/1.1\r\nHost: localhost\r\n";

  @LocalServerPort int port;

  private static String token(String user) {
    return "Bearer " + TestTokens.token(user + System.nanoTime());
  }

  private Wire neverReading() throws IOException {
    return new Wire(port)
        .send("GET /api/v1/large" + HOST + "Authorization: " + token("large") + "\r\n\r\n");
  }

  private Wire withoutEndOfBody() throws IOException {
    return new Wire(port)
        .send("POST /api/v1/echo" + HOST + "Authorization: " + token("body") + "\r\n")
        .send("Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n");
  }

  @Test
  void cutsOffWhoNeverReadsTheAnswer() throws IOException {
    try (Wire wire = neverReading()) {
      await().atMost(SOON).until(() -> !wire.takes("x"));
    }
  }

  @Test
  void waitsForWhoReadsALargeAnswer() throws IOException {
    try (Wire wire = new Wire(port)) {
      wire.send("GET /api/v1/large" + HOST + "Authorization: " + token("large") + "\r\n");
      wire.send("Connection: close\r\n\r\n");
      assertThat(wire.readToEnd()).hasSizeGreaterThan(House.LARGE.length());
    }
  }

  @Test
  void servesWhatWasAskedForBehindALargeAnswer() throws IOException {
    try (Wire wire = neverReading().send("GET /api/v1/products" + HOST + "\r\n")) {
      assertThat(wire.skipUntil("nextCursor")).isTrue();
    }
  }

  /** That the server never answers the second is reactor-netty's; that it goes on so is not. */
  @Test
  void letsNoConnectionBeStuck() throws IOException {
    String last = "GET /api/v1/products" + HOST + "Connection: close\r\n\r\n";
    try (Wire wire = neverReading().send(last)) {
      assertThat(wire.isEnded()).isTrue();
    }
  }

  @Test
  void cutsOffWhoNeverSaysAnything() throws IOException {
    try (Wire wire = new Wire(port)) {
      assertThat(wire.readToEnd()).isEmpty();
    }
  }

  @Test
  void cutsOffWhoTricklesWhileOthersAreServed() throws IOException {
    List<Wire> slow = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      slow.add(new Wire(port).send("GET /api/v1/products" + HOST + "X: "));
      slow.add(withoutEndOfBody());
    }
    for (int i = 0; i < 5; i++) {
      slow.add(neverReading());
    }
    Client client = new Client(port);
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              assertThat(client.get("/api/v1/products").status()).isEqualTo(200);
              // One byte each, which renews the patience of nobody.
              return slow.stream().noneMatch(wire -> wire.takes(" "));
            });
    for (Wire wire : slow) {
      wire.close();
    }
  }

  @Test
  void refusesConnectionsBeyondItsLimitAndTakesOthersWhenTheseAreGone() throws IOException {
    List<Wire> open = new ArrayList<>();
    while (open.size() < 110) {
      open.add(new Wire(port));
    }
    Wire last = open.get(open.size() - 1);
    assertThat(last.isEnded()).isTrue();
    for (Wire wire : open) {
      wire.close();
    }
    await().atMost(SOON).until(() -> serves(new Wire(port)));
  }

  private static boolean serves(Wire connected) throws IOException {
    try (Wire wire = connected) {
      return wire.takes("GET /api/v1/products" + HOST + "Connection: close\r\n\r\n")
          && wire.readUntil("nextCursor").startsWith("HTTP/1.1 200");
    } catch (SocketException refused) {
      return false;
    }
  }

  private int write(String forwarded) {
    return new Client(port)
        .post(
            "/api/v1/who",
            "",
            "Authorization",
            token("many"),
            ClientAddress.FORWARDED_FOR,
            forwarded)
        .status();
  }

  @Test
  void limitsOneAddressWhoeverItClaimsToBe() {
    int last = 200;
    for (int i = 0; i < 100 && last == 200; i++) {
      last = write("198.51.100." + i + ", 203.0.113.7, 10.1.2.3");
    }
    assertThat(last).isEqualTo(429);
    assertThat(write("203.0.113.8")).isEqualTo(200);
    ProblemHttpTest.isProblem(
        new Client(port).post("/api/v1/who", "", ClientAddress.FORWARDED_FOR, "203.0.113.7"),
        429,
        "TOO_MANY_REQUESTS",
        "en");
  }

  @Test
  void believesNobodyElseAboutAddresses() throws IOException {
    String write = "POST /api/v1/who" + HOST + "Content-Length: 0\r\n";
    try (Wire wire = new Wire(port, "127.0.0.9")) {
      String answer = "";
      for (int i = 0; i < 100 && !answer.startsWith("HTTP/1.1 429"); i++) {
        wire.send(write + ClientAddress.FORWARDED_FOR + ": 198.51.100." + i + "\r\n\r\n");
        answer = wire.readUntil("traceId");
      }
      assertThat(answer).startsWith("HTTP/1.1 429").contains("\"address\";q=30;w=30");
    }
  }
}
