package dev.firstcome.dev;

import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.infra.postgres.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.springframework.core.io.ClassPathResource;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * {@code GET /dev/invariants}: which promises the database breaks at this moment, by {@code
 * src/k6/invariants.sql}, so that a load test needs no client of the database. Never part of the
 * jar.
 */
record InvariantRoute(Database database) {

  /** One statement is one snapshot: the answer is right while others write, too. */
  private static final String QUERY = query();

  record Broken(String name, String detail) {}

  record Found(List<Broken> broken) {}

  RouterFunction<ServerResponse> routes() {
    return RouterFunctions.route().GET("/dev/invariants", this::check).build();
  }

  private Mono<ServerResponse> check(ServerRequest request) {
    return broken().flatMap(broken -> Answers.ok(new Found(broken)));
  }

  Mono<List<Broken>> broken() {
    return database.list(
        QUERY,
        row ->
            new Broken(
                Objects.requireNonNull(row.get("name", String.class)),
                Objects.requireNonNull(row.get("detail", String.class))));
  }

  private static String query() {
    try {
      return new ClassPathResource("invariants.sql").getContentAsString(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
