package dev.firstcome.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * A file of the page. Browsers keep it and ask each time whether it is still the same: instances of
 * two versions may be running side by side, and a page must not be made of both for long.
 */
record PageFile(byte[] content, MediaType type, String tag) {

  /** Scripts, styles, images and requests of our own origin, and nothing else. */
  static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** Read once, so that a missing file is noticed at the start. */
  static PageFile read(String name, String type) {
    try {
      return of(new ClassPathResource("page/" + name).getContentAsByteArray(), type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PageFile of(byte[] content, String type) {
    String tag = '"' + UUID.nameUUIDFromBytes(content).toString() + '"';
    return new PageFile(content, MediaType.parseMediaType(type), tag);
  }

  /** The same file with another text in place of one that it has. */
  PageFile with(String text, String other) {
    String all = new String(content, StandardCharsets.UTF_8);
    if (!all.contains(text)) {
      throw new IllegalStateException("the page has no " + text);
    }
    return of(all.replace(text, other).getBytes(StandardCharsets.UTF_8), type.toString());
  }

  Mono<ServerResponse> answer(ServerRequest request) {
    return request.checkNotModified(tag).switchIfEmpty(Mono.defer(this::whole));
  }

  private Mono<ServerResponse> whole() {
    return ServerResponse.ok()
        .contentType(type)
        .eTag(tag)
        .cacheControl(CacheControl.maxAge(Duration.ZERO).mustRevalidate())
        .header("Content-Security-Policy", POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .bodyValue(content);
  }
}
