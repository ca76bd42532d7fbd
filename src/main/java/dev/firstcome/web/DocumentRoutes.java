package dev.firstcome.web;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** The API's document, and pages to read and try it: {@code src/main/resources/docs}. */
@Configuration(proxyBeanMethods = false)
class DocumentRoutes {

  /** Scripts, styles, pictures and requests of our own origin, and nothing else. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final MediaType HTML = MediaType.parseMediaType("text/html;charset=utf-8");
  private static final MediaType CSS = MediaType.parseMediaType("text/css;charset=utf-8");
  private static final MediaType SCRIPT = MediaType.parseMediaType("text/javascript;charset=utf-8");

  @Bean
  RouterFunction<ServerResponse> documentRouter() {
    return route()
        .GET("/", request -> ServerResponse.temporaryRedirect(URI.create("/docs")).build())
        .GET("/openapi.json", file("openapi.json", MediaType.APPLICATION_JSON))
        .GET("/docs", file("index.html", HTML))
        .GET("/docs/problems", file("problems.html", HTML))
        .GET("/docs/docs.css", file("docs.css", CSS))
        .GET("/docs/docs.js", file("docs.js", SCRIPT))
        .GET("/docs/problems.js", file("problems.js", SCRIPT))
        .build();
  }

  /** Read once, so that a missing file is noticed at the start. */
  private static HandlerFunction<ServerResponse> file(String name, MediaType type) {
    byte[] content = content(name);
    return request ->
        ServerResponse.ok()
            .contentType(type)
            .header("Content-Security-Policy", POLICY)
            .header("Referrer-Policy", "no-referrer")
            .bodyValue(content);
  }

  private static byte[] content(String name) {
    try {
      return new ClassPathResource("docs/" + name).getContentAsByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
