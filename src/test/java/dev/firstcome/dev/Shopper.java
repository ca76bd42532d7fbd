package dev.firstcome.dev;

import static dev.firstcome.harness.Patience.SOON;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A user at the door of several instances of the shop: each request goes to the next instance, so
 * that whatever one user does at once happens on all of them.
 */
public final class Shopper {

  /**
   * Everybody comes at once, through a bounded number of connections. One that has rested for long
   * is not used again: the shop may be closing it at that very moment.
   */
  private static final ConnectionProvider CROWD =
      ConnectionProvider.builder("crowd")
          .maxConnections(400)
          .pendingAcquireMaxCount(-1)
          .maxIdleTime(Duration.ofSeconds(5))
          .build();

  private final String userId;
  private final List<WebClient> doors;
  private int turn;

  public Shopper(String userId, String token, List<Integer> ports) {
    this.userId = userId;
    this.doors =
        ports.stream()
            .map(
                port ->
                    WebClient.builder()
                        .clientConnector(new ReactorClientHttpConnector(HttpClient.create(CROWD)))
                        .baseUrl("http://localhost:" + port + "/api/v1")
                        .defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer " + token)
                        .build())
            .toList();
  }

  public String userId() {
    return userId;
  }

  /** What the shop said. */
  public record Answer(HttpStatusCode status, HttpHeaders headers, JsonNode body) {

    public int code() {
      return status.value();
    }

    public boolean isReplayed() {
      return "true".equals(headers.getFirst("Idempotent-Replayed"));
    }

    /** Status and {@code code}, such as {@code 409 POINT_LIMIT_EXCEEDED}; only status if good. */
    public String outcome() {
      return (code() + " " + body.path("code").asString("")).trim();
    }
  }

  public Answer get(String path) {
    return now(next().get().uri(path));
  }

  public Answer send(HttpMethod method, String path, String body) {
    return now(
        next().method(method).uri(path).contentType(MediaType.APPLICATION_JSON).bodyValue(body));
  }

  public Answer send(HttpMethod method, String path, String key, String body) {
    return now(sending(method, path, key, body));
  }

  /** Without a key or a body; sent on subscription. */
  public Mono<Answer> sending(HttpMethod method, String path) {
    return answer(next().method(method).uri(path));
  }

  /** Sent on subscription. */
  public Mono<Answer> sending(HttpMethod method, String path, String key, String body) {
    return answer(
        next()
            .method(method)
            .uri(path)
            .contentType(MediaType.APPLICATION_JSON)
            .header("Idempotency-Key", key)
            .bodyValue(body));
  }

  /** So many requests, all under way before the first answer is looked at. */
  public static List<Answer> atOnce(List<Mono<Answer>> requests) {
    return now(
        Flux.fromIterable(requests).flatMap(answer -> answer, requests.size()).collectList());
  }

  /** How many answers had each outcome. */
  public static Map<String, Long> outcomes(List<Answer> answers) {
    return answers.stream().collect(Collectors.groupingBy(Answer::outcome, Collectors.counting()));
  }

  public static List<Answer> atOnce(int number, IntFunction<Mono<Answer>> request) {
    return atOnce(IntStream.range(0, number).mapToObj(request).toList());
  }

  private synchronized WebClient next() {
    return doors.get(turn++ % doors.size());
  }

  private static Answer now(WebClient.RequestHeadersSpec<?> request) {
    return now(answer(request));
  }

  private static <T> T now(Mono<T> answer) {
    return Objects.requireNonNull(answer.block(SOON));
  }

  private static Mono<Answer> answer(WebClient.RequestHeadersSpec<?> request) {
    return request.exchangeToMono(
        response ->
            response
                .bodyToMono(String.class)
                .defaultIfEmpty("null")
                .map(
                    text ->
                        new Answer(
                            response.statusCode(),
                            response.headers().asHttpHeaders(),
                            JsonMapper.shared().readTree(text))));
  }
}
