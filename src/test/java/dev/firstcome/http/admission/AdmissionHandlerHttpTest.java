package dev.firstcome.http.admission;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.http.dispatch.Client;
import dev.firstcome.http.dispatch.Client.Answer;
import dev.firstcome.http.dispatch.House;
import dev.firstcome.http.dispatch.HouseTest;
import dev.firstcome.http.dispatch.ProblemHttpTest;
import dev.firstcome.http.dispatch.Wire;
import dev.firstcome.http.security.TestTokens;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.util.StringUtils;

/** A bot that goes on after its first 429. */
@HouseTest
class AdmissionHandlerHttpTest {

  private static final String PRODUCTS = "GET /api/v1/products HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @LocalServerPort int port;
  @Autowired MeterRegistry meters;
  @Autowired House house;
  String bot = "";

  @BeforeEach
  void nameTheBot() {
    bot = "Bearer " + TestTokens.token("bot-" + System.nanoTime());
  }

  private double turnedAway() {
    return meters.counter("firstcome.limits.refused", "by", "turnstile").count();
  }

  private Answer write() {
    return new Client(port).post("/api/v1/who", "", "Authorization", bot);
  }

  private Answer writeInKorean() {
    return new Client(port)
        .post(
            "/api/v1/who?x=1",
            "{\"some\":\"body\"}",
            "Authorization",
            bot,
            "Accept-Language",
            "ko",
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  }

  private String head(String path, int length) {
    return "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\nContent-Length: %s\r\n\r\n"
        .formatted(path, bot, length);
  }

  /** 40 at once, and the next in a second: time enough to be seen again. */
  private void exhaust(Wire wire) throws IOException {
    for (int i = 0; i < 200; i++) {
      wire.send(head("/api/v1/who", 0));
      if (wire.readUntil("}").startsWith("HTTP/1.1 429")) {
        return;
      }
    }
    throw new AssertionError("never refused");
  }

  @Test
  void isRefusedLikeAnybodyButWithoutTheWayToTheFilter() throws IOException {
    double before;
    Answer refused;
    do {
      try (Wire wire = new Wire(port)) {
        exhaust(wire);
      }
      before = turnedAway();
      refused = writeInKorean();
      // A second is long enough to be served again: on a slow machine it may have passed.
    } while (refused.status() == 200);
    assertThat(turnedAway()).isEqualTo(before + 1);
    ProblemHttpTest.isProblem(refused, 429, "TOO_MANY_REQUESTS", "ko");
    assertThat(refused.text("instance")).isEqualTo("/api/v1/who");
    assertThat(refused.header("X-Trace-Id")).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
    assertThat(refused.header("RateLimit-Policy")).isEqualTo("\"user\";q=40;w=40");
    assertThat(refused.header("RateLimit")).isEqualTo("\"user\";r=0;t=1");
    assertThat(refused.header("Retry-After")).matches("[1-9][0-9]*");
  }

  @Test
  void mayStillReadAndIsAnsweredInTurnOnTheSameConnection() throws IOException {
    try (Wire wire = new Wire(port)) {
      exhaust(wire);
      double before = turnedAway();
      wire.send(head("/api/v1/who", 7)).send("{\"a\"").send(":1}");
      assertThat(wire.readUntil("}")).startsWith("HTTP/1.1 429");
      wire.send(head("/api/v1/who", 2) + "{}" + PRODUCTS + head("/api/v1/who", 0));
      StringBuilder answers = new StringBuilder();
      while (StringUtils.countOccurrencesOf(answers.toString(), "}") < 3) {
        answers.append(wire.readUntil("}"));
      }
      assertThat(answers.toString())
          .containsSubsequence("HTTP/1.1 429", "HTTP/1.1 200", "HTTP/1.1 429");
      assertThat(turnedAway()).isGreaterThan(before);
    }
  }

  @Test
  void isNotAnsweredBeforeWhatItAskedEarlier() throws IOException {
    House.Slow slow = house.anew();
    try (Wire other = new Wire(port);
        Wire wire = new Wire(port)) {
      wire.send(head("/api/v1/slow", 0));
      slow.begun.asMono().block(SOON);
      exhaust(other);
      wire.send(head("/api/v1/who", 0));
      slow.go.tryEmitValue("go");
      String answers = wire.readUntil("TOO_MANY_REQUESTS");
      assertThat(answers).startsWith("HTTP/1.1 200").contains("HTTP/1.1 429");
    }
  }

  @Test
  void isNotListenedToForAMomentAfterEachRefusal() throws IOException {
    try (Wire wire = new Wire(port)) {
      exhaust(wire);
      wire.send(head("/api/v1/who", 0));
      wire.readUntil("}");
      long refused = System.nanoTime();
      wire.send(PRODUCTS);
      assertThat(wire.readUntil("}")).startsWith("HTTP/1.1 200");
      // It may have been refused a little before its answer was read.
      assertThat(System.nanoTime() - refused).isGreaterThan(RefusedConnection.PAUSE * 3 / 4);
    }
  }

  @Test
  void isHungUpOnIfItDoesNotWaitForItsRefusal() throws IOException {
    try (Wire wire = new Wire(port)) {
      exhaust(wire);
      wire.send(head("/api/v1/who", 0).repeat(3) + PRODUCTS);
      assertThat(wire.readToEnd())
          .containsSubsequence("HTTP/1.1 429", "HTTP/1.1 429", "connection: close")
          .doesNotContain("HTTP/1.1 200");
    }
  }

  @Test
  void isServedAgainWhenItsTimeHasCome() throws IOException {
    try (Wire wire = new Wire(port)) {
      exhaust(wire);
    }
    await().atMost(SOON).until(() -> write().status() == 200);
  }
}
