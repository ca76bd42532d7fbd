package dev.firstcome.http.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.JsonLog;
import dev.firstcome.http.dispatch.Client.Answer;
import dev.firstcome.http.security.TestTokens;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** A line about a request says which, in a field of its own. */
@HouseTest
class RequestLogTest {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  private static final long LIMIT = TimeUnit.SECONDS.toNanos(5);

  @LocalServerPort int port;

  @ParameterizedTest
  @ValueSource(strings = {"bug", "sql", "database", "redis"})
  void namesTheTraceOfAFailedRequest(String how) {
    String token = TestTokens.token("carol-who-is-somebody");
    try (JsonLog log = new JsonLog()) {
      List<JsonNode> lines = List.of();
      // A store that is away is told of once a second: the test before may have had this second.
      for (long end = System.nanoTime() + LIMIT; lines.isEmpty() && System.nanoTime() < end; ) {
        assertThat(failing(how, token).text("traceId")).isEqualTo(TRACE);
        lines = linesAbout(how, log);
      }
      assertThat(lines).hasSize(1);
      assertThat(lines.get(0).path("traceId").asString("")).isEqualTo(TRACE);
      assertThat(log.lines())
          .noneMatch(line -> line.toString().contains(token))
          .noneMatch(line -> line.toString().contains("carol-who-is-somebody"));
    }
  }

  private Answer failing(String how, String token) {
    return new Client(port)
        .send(
            "GET",
            "/api/v1/fails/" + how,
            BodyPublishers.noBody(),
            "Authorization",
            "Bearer " + token,
            "traceparent",
            "00-" + TRACE + "-b7ad6b7169203331-01");
  }

  private static List<JsonNode> linesAbout(String how, JsonLog log) {
    return log.lines().stream()
        .filter(line -> line.path("message").asString("").contains("/fails/" + how))
        .toList();
  }
}
