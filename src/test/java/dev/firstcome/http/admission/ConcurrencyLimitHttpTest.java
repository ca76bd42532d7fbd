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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** A house for three writes at a time. */
@HouseTest
@TestPropertySource(properties = "firstcome.web.max-concurrent-writes=3")
class ConcurrencyLimitHttpTest {

  @LocalServerPort int port;
  @Autowired MeterRegistry meters;
  @Autowired ConcurrencyLimit congestion;
  @Autowired House house;

  private final String token = "Bearer " + TestTokens.token("crowd-" + System.nanoTime());

  private void crowd(List<Wire> crowd) throws IOException {
    for (int i = 0; i < 4; i++) {
      Wire wire = new Wire(port);
      crowd.add(wire);
      wire.send(
          "POST /api/v1/slow HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\nContent-Length: 0\r\n\r\n"
              .formatted(token));
    }
  }

  private Answer write() {
    return new Client(port)
        .post("/api/v1/who", "", "Authorization", token, "Accept-Language", "ko");
  }

  @Test
  void asksWritersToComeBackOnceItLastsServesReadersAndEnds() throws IOException {
    House.Slow waiting = house.anew();
    List<Wire> crowd = new ArrayList<>();
    try {
      crowd(crowd);
      await().atMost(SOON).until(() -> congestion.underWay() == 4);
      assertThat(write().status()).isEqualTo(200);
      Answer refused =
          await()
              .atMost(SOON)
              // Again and again: this house lets nobody wait for as long as congestion must last.
              .pollInterval(Duration.ofMillis(500))
              .until(
                  () -> {
                    crowd(crowd);
                    return write();
                  },
                  answer -> answer.status() != 200);
      ProblemHttpTest.isProblem(refused, 503, "OVERLOADED", "ko");
      assertThat(refused.header("Retry-After")).matches("[1-9][0-9]*");
      assertThat(meters.get("firstcome.refusals").tag("code", "OVERLOADED").counter().count())
          .isPositive();
      assertThat(meters.get("firstcome.web.congested").gauge().value()).isEqualTo(1);
      assertThat(new Client(port).get("/api/v1/products").status()).isEqualTo(200);
      waiting.go.tryEmitValue("go");
      await().atMost(SOON).until(() -> write().status() == 200);
    } finally {
      for (Wire wire : crowd) {
        wire.close();
      }
    }
    await().atMost(SOON).until(() -> congestion.underWay() == 0);
  }
}
