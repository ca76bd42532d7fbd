package dev.firstcome.http.document;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.firstcome.http.dispatch.StaticFile;
import dev.firstcome.http.security.OpenPaths;
import java.net.URI;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

/** The API's document, and pages to read and try it: {@code src/main/resources/docs}. */
@Configuration(proxyBeanMethods = false)
class DocumentRoutes {

  /** As its WebJar has it: the version stands in the pom too. */
  private static final String SWAGGER = "META-INF/resources/webjars/swagger-ui/5.34.1/";

  @Bean
  RouterFunction<ServerResponse> documentRouter() {
    return route()
        .GET("/", request -> ServerResponse.temporaryRedirect(URI.create("/docs")).build())
        .GET("/openapi.json", document())
        .GET("/docs", file("index.html"))
        .GET("/docs/problems", file("problems.html"))
        .GET("/docs/docs.css", file("docs.css"))
        .GET("/docs/docs.js", file("docs.js"))
        .GET("/docs/problems.js", file("problems.js"))
        .GET("/docs/swagger-ui.js", library("swagger-ui-bundle.js"))
        .GET("/docs/swagger-ui.css", library("swagger-ui.css"))
        .build();
  }

  /** Completed when it is first asked for, on a thread that may take its time. */
  private static HandlerFunction<ServerResponse> document() {
    Mono<StaticFile> document =
        Mono.fromSupplier(() -> JsonMapper.shared().writeValueAsBytes(OpenApi.complete()))
            .map(content -> StaticFile.of(content, MediaType.APPLICATION_JSON))
            .subscribeOn(Schedulers.boundedElastic())
            .cache();
    return request -> document.flatMap(file -> file.answer(request));
  }

  private static HandlerFunction<ServerResponse> file(String name) {
    return StaticFile.read("docs/" + name)::answer;
  }

  private static HandlerFunction<ServerResponse> library(String name) {
    return StaticFile.read(SWAGGER + name)::answer;
  }

  @Bean
  OpenPaths openDocuments() {
    return OpenPaths.get("/", "/openapi.json", "/docs/**");
  }
}
