package dev.firstcome.http.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.http.dispatch.Client.Answer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** A house that compresses: a cache must not hand out one form for the other. */
@HouseTest
@TestPropertySource(
    properties = {"server.compression.enabled=true", "server.compression.min-response-size=1"})
@Timeout(60)
class CompressionHttpTest {

  @LocalServerPort int port;

  private static List<String> vary(Answer answer) {
    return answer.response().headers().allValues("Vary").stream()
        .flatMap(value -> Stream.of(value.split(", *")))
        .distinct()
        .toList();
  }

  @Test
  void saysOfBothFormsThatThereIsTheOther() {
    Client client = new Client(port);
    Answer zipped = client.get("/api/v1/products", "Accept-Encoding", "gzip");
    assertThat(zipped.status()).isEqualTo(200);
    assertThat(zipped.header("Content-Encoding")).isEqualTo("gzip");
    assertThat(vary(zipped)).containsExactly("Accept-Encoding");
    Answer plain = client.get("/api/v1/products");
    assertThat(plain.header("Content-Encoding")).isEmpty();
    assertThat(vary(plain)).containsExactly("Accept-Encoding");
  }

  @Test
  void saysOfARefusalThatItHasLanguagesToo() {
    Answer refused = new Client(port).get("/api/v1/who", "Accept-Encoding", "gzip");
    assertThat(refused.status()).isEqualTo(401);
    assertThat(vary(refused)).containsExactlyInAnyOrder("Accept-Encoding", "Accept-Language");
  }
}
