package dev.firstcome.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.database.Database;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.client.WebClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page's files and its board, over HTTP. What it does with them, a browser tests. */
@ShopTest
@NullUnmarked
class PageIT {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** Only a name of SVG, which nobody fetches. */
  private static final String SVG = "http://www.w3.org/2000/svg";

  private static final Pattern INLINE =
      Pattern.compile("<style|<script(?![^>]* src=)| style=| on[a-z]+=");

  @Autowired WebTestClient http;
  @Autowired Database database;
  @LocalServerPort int port;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/page/page.css",
        "/page/icon.svg",
        "/page/app.js",
        "/page/api.js",
        "/page/board.js",
        "/page/crowd.js",
        "/page/dom.js",
        "/page/mine.js",
        "/page/shop.js",
        "/page/words.js"
      })
  void leavesOurOriginNowhereAndIsKeptUntilItChanges(String path) {
    HttpHeaders headers =
        http.get()
            .uri(path)
            .exchange()
            .expectStatus()
            .isOk()
            .expectHeader()
            .value(
                "Content-Security-Policy",
                policy ->
                    assertThat(policy).contains("default-src 'none'").doesNotContain("unsafe"))
            .expectBody(String.class)
            .value(
                text ->
                    assertThat(text.replace(SVG, ""))
                        .isNotEmpty()
                        .doesNotContain("http:", "https:", "//www"))
            .returnResult()
            .getResponseHeaders();
    http.get()
        .uri(path)
        .header(HttpHeaders.IF_NONE_MATCH, Objects.requireNonNull(headers.getETag()))
        .exchange()
        .expectStatus()
        .isNotModified();
  }

  @Test
  void hasNothingInline() {
    http.get()
        .uri("/")
        .exchange()
        .expectBody(String.class)
        .value(text -> assertThat(INLINE.matcher(text).find()).isFalse());
  }

  @Test
  void offersNoDemoWhereThereIsNone() {
    http.get()
        .uri("/")
        .exchange()
        .expectBody(String.class)
        .value(text -> assertThat(text).contains("data-demo=\"false\""));
  }

  @Test
  void showsTheFiguresOfThisInstanceBesideAProduct() {
    long product = new Sql(database).product(900, 7);
    JsonNode state = first("/board/stream?product=" + product);
    assertThat(state.path("product").path("stock").asLong()).isEqualTo(7);
    assertThat(state.path("figures").path("orders").isIntegralNumber()).isTrue();
  }

  @Test
  void showsTheFiguresAloneIfThereIsNoSuchProduct() {
    assertThat(first("/board/stream?product=999999999").path("product").isNull()).isTrue();
    assertThat(first("/board/stream").path("product").isNull()).isTrue();
  }

  @Test
  void refusesAProductThatIsNoNumber() {
    http.get().uri("/board/stream?product=x").exchange().expectStatus().isBadRequest();
  }

  private JsonNode first(String path) {
    String data =
        WebClient.create("http://localhost:" + port)
            .get()
            .uri(path)
            .retrieve()
            .bodyToFlux(new ParameterizedTypeReference<ServerSentEvent<String>>() {})
            .mapNotNull(ServerSentEvent::data)
            .blockFirst(LIMIT);
    return JsonMapper.shared().readTree(data);
  }
}
