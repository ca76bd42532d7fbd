package dev.firstcome.dev;

import dev.firstcome.Firstcome;
import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.security.Caller;
import dev.firstcome.http.security.OpenPaths;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * The production jar with two routes more, which do nothing: the ceiling against which {@code
 * src/bench} measures. Never part of the jar: the benchmark lays these classes beside it.
 */
public final class BenchShop {

  private BenchShop() {}

  public static void main(String[] args) {
    SpringApplication.withHook(
        application -> {
          application.addPrimarySources(Set.of(Nothing.class));
          return new SpringApplicationRunListener() {};
        },
        () -> Firstcome.main(args));
  }

  /** Not annotated as a configuration, or the tests' shops would pick it up. */
  static class Nothing {

    @Bean
    RouterFunction<ServerResponse> nothing() {
      return RouterFunctions.route()
          .GET("/bench/nothing", Nothing::withToken)
          .GET("/bench/open/nothing", Nothing::withoutToken)
          .build();
    }

    @Bean
    OpenPaths openPaths() {
      return OpenPaths.get("/bench/open/**");
    }

    private static Mono<ServerResponse> withToken(ServerRequest request) {
      return Answers.ok(Body.of(Caller.of(request).userId()));
    }

    private static Mono<ServerResponse> withoutToken(ServerRequest request) {
      return Answers.ok(Body.of("nobody"));
    }
  }

  /** As many members, of the same types, as the answer to who has got a coupon. */
  record Body(
      UUID id, long couponId, String userId, String status, Instant issuedAt, Instant validUntil) {

    private static final UUID ID = UUID.fromString("5ad0f1b2-7c3e-8e4f-9a5b-6c7d8e9fa0b1");
    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05.678901Z");

    static Body of(String userId) {
      return new Body(ID, 1, userId, "ISSUED", THEN, THEN);
    }
  }
}
