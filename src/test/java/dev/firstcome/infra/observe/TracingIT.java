package dev.firstcome.infra.observe;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;

/** With tracing on, what a request caused arrives at a collector under its caller's trace id. */
@ShopTest
@ActiveProfiles("tracing")
@DirtiesContext
class TracingIT {

  private static final Collector COLLECTOR = new Collector();

  @DynamicPropertySource
  static void sendThere(DynamicPropertyRegistry registry) {
    registry.add("management.opentelemetry.tracing.export.otlp.endpoint", COLLECTOR::url);
    // Boot's own tests of contexts turn it off.
    registry.add("management.tracing.export.enabled", () -> "true");
    registry.add("management.opentelemetry.tracing.export.schedule-delay", () -> "100ms");
  }

  @AfterAll
  static void close() {
    COLLECTOR.close();
  }

  @Autowired WebTestClient client;
  @Autowired Tokens tokens;
  @Autowired Database database;

  @Test
  void sendsTheRequestItsBatchAndWhatTheStoresWereToldUnderTheCallersTrace() {
    String trace = UUID.randomUUID().toString().replace("-", "");
    String user = "traced-" + UUID.randomUUID();
    String token = tokens.user(user);
    long product = new Sql(database).product(10, 5);
    client
        .post()
        .uri("/api/v1/orders")
        .headers(headers -> headers.setBearerAuth(token))
        .header("Idempotency-Key", "o")
        .header("traceparent", "00-" + trace + "-b7ad6b7169203331-01")
        .contentType(MediaType.APPLICATION_JSON)
        .bodyValue("{\"items\":[{\"productId\":" + product + ",\"quantity\":1}]}")
        .exchange()
        .expectStatus()
        .isCreated()
        .expectHeader()
        .valueEquals("X-Trace-Id", trace);
    Span request = span(trace, "http post /api/v1/orders");
    assertThat(request.parent()).isEqualTo("b7ad6b7169203331");
    Span batch = span(trace, "lane order");
    assertThat(batch.parent()).isEqualTo(request.id());
    assertThat(span(trace, "redis stock_reserve").parent()).isEqualTo(batch.id());
    assertThat(span(trace, "query").parent()).isEqualTo(batch.id());
    assertThat(COLLECTOR.bodies())
        .noneMatch(body -> body.contains(user))
        .noneMatch(body -> body.contains(token));
  }

  @Test
  void namesARequestAfterItsOwnTraceIfTheCallerHasNone() {
    client
        .get()
        .uri("/api/v1/products?limit=1")
        .exchange()
        .expectStatus()
        .isOk()
        .expectHeader()
        .valueMatches("X-Trace-Id", "[0-9a-f]{32}");
  }

  private static Span span(String trace, String name) {
    return await().atMost(SOON).until(() -> find(trace, name), Optional::isPresent).orElseThrow();
  }

  private static Optional<Span> find(String trace, String name) {
    List<Span> all = COLLECTOR.spans();
    return all.stream().filter(s -> s.trace().equals(trace) && s.name().equals(name)).findFirst();
  }
}
