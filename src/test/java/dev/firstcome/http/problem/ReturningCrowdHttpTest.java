package dev.firstcome.http.problem;

import static dev.firstcome.refusal.CommonRefusal.OVERLOADED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.firstcome.harness.Patience;
import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.dispatch.HouseTest;
import dev.firstcome.http.security.TestTokens;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;

/** 2,000 clients over real connections, who obey Retry-After to the second. */
@HouseTest
@Import(ReturningCrowdHttpTest.Busy.class)
@DirtiesContext
class ReturningCrowdHttpTest {

  private static final int CLIENTS = 2000;
  private static final Duration LIMIT = Patience.of(Duration.ofSeconds(60));

  /** A call that serves so many of those who come first, then so many in a second. */
  @TestConfiguration
  static class Busy {

    private static final int A_SECOND = 200;

    private int first;
    private long second;
    private int served;

    @Bean
    RouterFunction<ServerResponse> busyRoute() {
      return route().POST("/api/v1/turns/{due}", this::turn).build();
    }

    private Mono<ServerResponse> turn(ServerRequest request) {
      boolean first = request.path().endsWith("/0");
      return takes(first) ? Answers.ok("served") : OVERLOADED.asError();
    }

    private synchronized boolean takes(boolean isFirst) {
      if (isFirst) {
        return first++ < A_SECOND;
      }
      long now = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime());
      served = now == second ? served : 0;
      second = now;
      return served++ < A_SECOND;
    }
  }

  @LocalServerPort int port;

  private final Map<Long, Integer> refused = new TreeMap<>();

  @Test
  void isServedBeforeLongAndSeldomRefusedAgain() {
    ConnectionProvider connections =
        ConnectionProvider.builder("returning")
            .maxConnections(200)
            .pendingAcquireMaxCount(-1)
            .build();
    HttpClient http = HttpClient.create(connections).baseUrl("http://localhost:" + port);
    Long served =
        Flux.range(0, CLIENTS)
            .map(i -> TestTokens.token("returns-" + i))
            .flatMap(token -> come(authorized(http, token), 0), CLIENTS)
            .count()
            .block(LIMIT);
    connections.dispose();
    System.out.println("refused, by the second in which they were to come: " + refused);
    assertThat(served).isEqualTo(CLIENTS);
    assertThat(refused(0)).isEqualTo(CLIENTS - Busy.A_SECOND);
    assertThat(refused(3)).isLessThanOrEqualTo(refused(0) / 10);
  }

  private static HttpClient authorized(HttpClient http, String token) {
    return http.headers(headers -> headers.set(HttpHeaders.AUTHORIZATION, "Bearer " + token));
  }

  private Mono<HttpClientResponse> come(HttpClient client, long due) {
    return client
        .post()
        .uri("/api/v1/turns/" + due)
        .response()
        .flatMap(
            answer ->
                answer.status().code() == 200 ? Mono.just(answer) : comeBack(client, due, answer));
  }

  private Mono<HttpClientResponse> comeBack(
      HttpClient client, long due, HttpClientResponse answer) {
    assertThat(answer.status().code()).isEqualTo(OVERLOADED.status().value());
    long after = Long.parseLong(answer.responseHeaders().get(HttpHeaders.RETRY_AFTER));
    note(due);
    return Mono.delay(Duration.ofSeconds(after)).flatMap(any -> come(client, due + after));
  }

  private synchronized void note(long due) {
    refused.merge(due, 1, Integer::sum);
  }

  private synchronized int refused(long due) {
    return refused.getOrDefault(due, 0);
  }
}
