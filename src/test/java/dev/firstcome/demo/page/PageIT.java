package dev.firstcome.demo.page;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import dev.firstcome.infra.postgres.Database;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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

  /** Only a name of SVG, which nobody fetches. */
  private static final String SVG = "http://www.w3.org/2000/svg";

  private static final Pattern INLINE =
      Pattern.compile("<style|<script(?![^>]* src=)| style=| on[a-z]+=");

  @Autowired WebTestClient http;
  @Autowired Database database;
  @LocalServerPort int port;

  static Stream<String> paths() {
    return Stream.concat(Stream.of("/"), PageRoutes.FILES.stream().map(name -> "/page/" + name));
  }

  @Test
  void servesEveryFileThatThereIs() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/page"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              Stream.concat(Stream.of("index.html"), PageRoutes.FILES.stream()).toList());
    }
  }

  @ParameterizedTest
  @MethodSource("paths")
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
  void isCompressedForThoseWhoTakeThat() throws Exception {
    HttpResponse<byte[]> zipped = asked("/page/page.css", "gzip, br");
    HttpResponse<byte[]> plain = asked("/page/page.css", "gzip;q=0, identity");
    assertThat(zipped.headers().firstValue("Content-Encoding")).contains("gzip");
    assertThat(zipped.headers().allValues("Vary")).contains("Accept-Encoding");
    assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
    assertThat(zipped.headers().firstValue("ETag"))
        .isNotEqualTo(plain.headers().firstValue("ETag"));
    assertThat(zipped.body()).hasSizeLessThan(plain.body().length / 2);
    assertThat(unzipped(zipped.body())).isEqualTo(plain.body());
  }

  /** All that there is, charts included. */
  @Test
  void weighsNoMoreThan150Kilobytes() throws Exception {
    long weight = 0;
    for (String path :
        Stream.concat(paths(), Stream.of("/page/uplot.js", "/page/uplot.css")).toList()) {
      weight += asked(path, "gzip").body().length;
    }
    assertThat(weight).isBetween(10_000L, 150_000L);
  }

  /** Spring's client would unpack it. */
  private HttpResponse<byte[]> asked(String path, String encodings) throws Exception {
    URI uri = URI.create("http://localhost:" + port + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri).header(HttpHeaders.ACCEPT_ENCODING, encodings).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofByteArray());
  }

  private static byte[] unzipped(byte[] zipped) {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
            .blockFirst(SOON);
    return JsonMapper.shared().readTree(data);
  }
}
