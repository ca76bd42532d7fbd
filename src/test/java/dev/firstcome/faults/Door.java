package dev.firstcome.faults;

import dev.firstcome.faults.Request.Answer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** Sends requests to the instances and says what came back. */
record Door(HttpClient http, List<Integer> ports) {

  /** The shop answers within 10 s (firstcome.web.request-timeout); the rest is a busy machine's. */
  static final Duration PATIENT = Duration.ofSeconds(13);

  /** A client that gives up and asks again while the first request is still at work. */
  static final Duration IMPATIENT = Duration.ofMillis(1500);

  static final String NOTHING_IN_TIME = "no answer in time";
  static final String REFUSED_CONNECTION = "connection refused";
  static final String BROKEN_CONNECTION = "connection broken";

  static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(2))
        .build();
  }

  int instances() {
    return ports.size();
  }

  /** Sends it once and remembers the answer. */
  Answer ask(Request request, int instance, Duration patience) throws InterruptedException {
    Answer answer = send(request, instance, patience);
    request.answers().add(answer);
    return answer;
  }

  private Answer send(Request request, int instance, Duration patience)
      throws InterruptedException {
    long sent = System.nanoTime();
    try {
      HttpResponse<String> response =
          http.send(message(request, instance, patience), HttpResponse.BodyHandlers.ofString());
      return read(response, instance, sent);
    } catch (HttpConnectTimeoutException | ConnectException e) {
      return Answer.silence(REFUSED_CONNECTION, instance, sent);
    } catch (HttpTimeoutException e) {
      return Answer.silence(
          patience.equals(PATIENT) ? NOTHING_IN_TIME : "client gave up", instance, sent);
    } catch (IOException e) {
      return Answer.silence(BROKEN_CONNECTION, instance, sent);
    }
  }

  private HttpRequest message(Request request, int instance, Duration patience) {
    URI uri =
        URI.create("http://127.0.0.1:%d/api/v1%s".formatted(ports.get(instance), request.path()));
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(uri)
            .timeout(patience)
            .header("Authorization", "Bearer " + request.token());
    if (!request.key().isEmpty()) {
      builder.header("Idempotency-Key", request.key());
    }
    if (request.body().isEmpty()) {
      return builder.method(request.verb().method(), HttpRequest.BodyPublishers.noBody()).build();
    }
    return builder
        .header("Content-Type", "application/json")
        .method(request.verb().method(), HttpRequest.BodyPublishers.ofString(request.body()))
        .build();
  }

  private static Answer read(HttpResponse<String> response, int instance, long sent) {
    JsonNode body = parse(response.body());
    return new Answer(
        response.statusCode(),
        body.path("code").asString(""),
        body,
        response.headers().firstValue("Idempotent-Replayed").isPresent(),
        instance,
        sent,
        System.nanoTime(),
        flaw(response, body));
  }

  private static JsonNode parse(String text) {
    try {
      return JsonMapper.shared().readTree(text);
    } catch (JacksonException e) {
      return MissingNode.getInstance();
    }
  }

  /** How an answer breaks the contract by its mere form; null if it does not. */
  private static @Nullable String flaw(HttpResponse<String> response, JsonNode body) {
    int status = response.statusCode();
    if (status < 400) {
      return body.isObject() ? null : "a success without a body";
    }
    if (!response
            .headers()
            .firstValue("Content-Type")
            .orElse("")
            .startsWith("application/problem+json")
        || body.path("status").isMissingNode()) {
      return status + " is no problem document";
    }
    if (status == 503 && response.headers().firstValue("Retry-After").isEmpty()) {
      return "503 without Retry-After";
    }
    return status >= 500 && status != 503 ? "answered " + status : null;
  }
}
