package dev.firstcome.http.dispatch;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.firstcome.http.json.RequestBody;
import dev.firstcome.http.json.SelfValidating;
import dev.firstcome.http.json.Violations;
import dev.firstcome.http.security.Caller;
import dev.firstcome.http.security.OpenPaths;
import dev.firstcome.refusal.CommonRefusal;
import io.lettuce.core.RedisConnectionException;
import io.r2dbc.spi.R2dbcTimeoutException;
import io.r2dbc.spi.R2dbcTransientResourceException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.data.r2dbc.autoconfigure.DataR2dbcAutoConfiguration;
import org.springframework.boot.data.r2dbc.autoconfigure.DataR2dbcRepositoriesAutoConfiguration;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration;
import org.springframework.boot.r2dbc.autoconfigure.health.ConnectionFactoryHealthContributorAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The house without the shop: problem, security, limit and web with a few rooms to try them on. Not
 * a {@code @Configuration}, so that no component scan finds it.
 */
@EnableAutoConfiguration(
    exclude = {
      R2dbcAutoConfiguration.class,
      ConnectionFactoryHealthContributorAutoConfiguration.class,
      DataR2dbcAutoConfiguration.class,
      DataR2dbcRepositoriesAutoConfiguration.class
    })
@ComponentScan(
    basePackages = {
      "dev.firstcome.http.problem",
      "dev.firstcome.http.security",
      "dev.firstcome.http.dispatch",
      "dev.firstcome.http.document",
      "dev.firstcome.http.guard",
      "dev.firstcome.http.json",
      "dev.firstcome.infra.observe",
      "dev.firstcome.http.admission"
    },
    // There is no Redis in the house.
    excludeFilters =
        @ComponentScan.Filter(
            type = FilterType.REGEX,
            pattern = "dev.firstcome.http.admission.RateLimitSync"))
@ConfigurationPropertiesScan({
  "dev.firstcome.http.security",
  "dev.firstcome.http.dispatch",
  "dev.firstcome.http.guard",
  "dev.firstcome.http.json",
  "dev.firstcome.infra.observe",
  "dev.firstcome.http.admission"
})
public class House {

  public record Line(long productId, int quantity) implements SelfValidating {
    @Override
    public void validate(Violations checks) {
      checks.range("quantity", quantity, 1, 999);
    }
  }

  public record Order(List<Line> items, @Nullable String note) implements SelfValidating {
    @Override
    public void validate(Violations checks) {
      checks.size("items", items, 1, 50).length("note", note, 0, 20);
    }
  }

  /** Handlers that wait until a test says so, and tell what became of them. */
  public static final class Slow {
    public final Sinks.One<String> go = Sinks.one();
    public final Sinks.One<String> begun = Sinks.one();
    public final Sinks.One<String> end = Sinks.one();

    Mono<ServerResponse> handle(ServerRequest request) {
      begun.tryEmitValue("begun");
      return go.asMono()
          .doOnNext(word -> end.tryEmitValue("done"))
          .doOnCancel(() -> end.tryEmitValue("cancelled"))
          .flatMap(Answers::ok);
    }
  }

  /** More than a kernel keeps for a connection, however much it has grown. */
  public static final String LARGE = "large ".repeat(3 * 1024 * 1024);

  private volatile Slow slow = new Slow();

  public Slow anew() {
    slow = new Slow();
    return slow;
  }

  @Bean
  public RouterFunction<ServerResponse> rooms(RequestBody body) {
    return route()
        .path(
            "/api/v1",
            api ->
                api.GET("/products", House::products)
                    .GET("/products/{id}", House::product)
                    .POST("/echo", request -> body.read(request, Order.class).flatMap(Answers::ok))
                    .GET("/who", request -> Answers.ok(Map.of("user", Caller.of(request).userId())))
                    .POST(
                        "/who", request -> Answers.ok(Map.of("user", Caller.of(request).userId())))
                    .GET("/admin/secret", request -> Answers.ok(Map.of("secret", 42)))
                    .POST("/keyed", House::keyed)
                    .GET("/large", request -> Answers.ok(LARGE))
                    .GET("/endless", House::endless)
                    .POST("/slow", request -> slow.handle(request))
                    .GET("/fails/{how}", House::fail))
        .build();
  }

  @Bean
  OpenPaths openRooms() {
    return OpenPaths.get("/api/v1/products", "/api/v1/products/{id}", "/api/v1/endless");
  }

  /** An answer whose length nobody knows before its end. */
  private static Mono<ServerResponse> endless(ServerRequest request) {
    return ServerResponse.ok()
        .contentType(MediaType.TEXT_PLAIN)
        .body(
            Flux.just("one ", "two ", "three ").delayElements(Duration.ofMillis(10)), String.class);
  }

  private static Mono<ServerResponse> products(ServerRequest request) {
    Paging paging = Paging.of(request);
    Long after = paging.after("products", Long::valueOf);
    long from = after == null ? 1 : after + 1;
    List<Long> rows =
        java.util.stream.LongStream.rangeClosed(from, 45).limit(paging.rows()).boxed().toList();
    return Answers.ok(Slice.of(rows, paging, "products", String::valueOf));
  }

  private static Mono<ServerResponse> product(ServerRequest request) {
    return Answers.ok(Map.of("id", PathId.number(request, "id", CommonRefusal.NOT_FOUND)));
  }

  private static Mono<ServerResponse> keyed(ServerRequest request) {
    String key = IdempotencyKey.of(request).value();
    return Answers.created("/api/v1/keyed/" + key.length(), Map.of("key", key), true);
  }

  private static Mono<ServerResponse> fail(ServerRequest request) {
    String how = request.pathVariable("how");
    Throwable failure =
        switch (how) {
          case "bug" -> new IllegalStateException("secret: jdbc:postgresql://db.internal/shop");
          case "sql" -> new DataIntegrityViolationException("INSERT INTO points VALUES ($1)");
          case "database" -> new R2dbcTransientResourceException("db.internal:5432 refused");
          case "statement" -> new R2dbcTimeoutException("canceling statement");
          case "redis" -> new RedisConnectionException("redis.internal");
          case "full" -> CommonRefusal.OVERLOADED.refused();
          default -> CommonRefusal.IDEMPOTENCY_KEY_REUSED.refused();
        };
    if (failure instanceof RuntimeException thrown && request.queryParam("thrown").isPresent()) {
      throw thrown;
    }
    return Mono.error(failure);
  }
}
