package dev.firstcome.http.dispatch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * A file for browsers, from the class path. They keep it and ask each time whether it is still the
 * same: instances of two versions may be running side by side, and a page must not be made of both
 * for long. Compressed once, for those who take that.
 */
public record StaticFile(byte[] content, byte[] zipped, MediaType type, String tag) {

  /** Scripts, styles, images and requests of our own origin, and nothing else. */
  static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** Unless its weight is 0. */
  private static final Pattern GZIP = Pattern.compile("gzip(;q=(1|0?\\.0*[1-9]).*)?");

  /**
   * Read once, so that a missing file is noticed at the start.
   *
   * @param name on the class path, such as {@code page/page.css}
   */
  public static StaticFile read(String name) {
    try {
      return of(new ClassPathResource(name).getContentAsByteArray(), type(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MediaType type(String name) {
    return MediaType.parseMediaType(
        switch (name.substring(name.lastIndexOf('.') + 1)) {
          case "html" -> "text/html;charset=utf-8";
          case "css" -> "text/css;charset=utf-8";
          case "js" -> "text/javascript;charset=utf-8";
          case "svg" -> "image/svg+xml";
          case "json" -> MediaType.APPLICATION_JSON_VALUE;
          default -> throw new IllegalArgumentException("no type for " + name);
        });
  }

  public static StaticFile of(byte[] content, MediaType type) {
    String tag = '"' + UUID.nameUUIDFromBytes(content).toString() + '"';
    return new StaticFile(content, zip(content), type, tag);
  }

  /** The same file with another text in place of one that it has. */
  public StaticFile with(String text, String other) {
    String all = new String(content, StandardCharsets.UTF_8);
    if (!all.contains(text)) {
      throw new IllegalStateException("the file has no " + text);
    }
    return of(all.replace(text, other).getBytes(StandardCharsets.UTF_8), type);
  }

  private static byte[] zip(byte[] content) {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
      zip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return zipped.toByteArray();
  }

  public Mono<ServerResponse> answer(ServerRequest request) {
    boolean zips = takesGzip(request.headers().header(HttpHeaders.ACCEPT_ENCODING));
    // A strong tag names bytes, and these are others.
    String shown = zips ? tag.substring(0, tag.length() - 1) + "-gzip\"" : tag;
    // Of the answer itself, for that it is unchanged as well.
    HttpHeaders headers = request.exchange().getResponse().getHeaders();
    headers.setCacheControl(CacheControl.maxAge(Duration.ZERO).mustRevalidate());
    headers.add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    return request.checkNotModified(shown).switchIfEmpty(Mono.defer(() -> whole(zips, shown)));
  }

  static boolean takesGzip(List<String> accepted) {
    return accepted.stream()
        .flatMap(value -> Stream.of(value.split(",")))
        .map(coding -> coding.replace(" ", "").toLowerCase(Locale.ROOT))
        .anyMatch(coding -> GZIP.matcher(coding).matches());
  }

  private Mono<ServerResponse> whole(boolean zips, String shown) {
    ServerResponse.BodyBuilder answer =
        ServerResponse.ok()
            .contentType(type)
            .eTag(shown)
            .header("Content-Security-Policy", POLICY)
            .header("Referrer-Policy", "no-referrer");
    return zips
        ? answer.header(HttpHeaders.CONTENT_ENCODING, "gzip").bodyValue(zipped)
        : answer.bodyValue(content);
  }
}
