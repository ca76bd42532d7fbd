package dev.firstcome.engine.webhook;

import static dev.firstcome.harness.Patience.SOON;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A data platform that can be down, slow or unwilling. It verifies every request with the
 * specification's own library, which also holds the timestamp against the clock.
 */
final class Receiver implements AutoCloseable {

  static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private final ConcurrentLinkedQueue<Received> received = new ConcurrentLinkedQueue<>();
  private final int port;
  private volatile Function<Received, Answer> behaviour = request -> Answer.OK;
  private volatile DisposableServer server;

  Receiver() {
    server = listen(0);
    port = server.port();
  }

  /**
   * @param answer what the platform made of it; only {@code OK} means that it has kept it
   */
  record Received(String id, String body, Instant at, boolean genuine, Answer answer) {

    JsonNode json() {
      return JsonMapper.shared().readTree(body);
    }

    String payment() {
      return json().at("/data/paymentId").asString();
    }

    private Received answered(Answer given) {
      return new Received(id, body, at, genuine, given);
    }
  }

  /** What the platform does; {@code NEVER} and {@code CLOSE} have no status. */
  record Answer(int status, Map<String, String> headers) {

    static final Answer OK = status(200);
    static final Answer NEVER = status(0);
    static final Answer CLOSE = status(-1);

    static Answer status(int status) {
      return new Answer(status, Map.of());
    }

    static Answer status(int status, String header, String value) {
      return new Answer(status, Map.of(header, value));
    }
  }

  String url() {
    return "http://127.0.0.1:" + port + "/events";
  }

  void behave(Function<Received, Answer> wanted) {
    behaviour = wanted;
  }

  List<Received> received() {
    return List.copyOf(received);
  }

  void forget() {
    received.clear();
  }

  /** As if its machine were off: connections are refused. */
  void stop() {
    server.disposeNow(SOON);
  }

  void start() {
    server = listen(port);
  }

  private DisposableServer listen(int wanted) {
    return HttpServer.create()
        // Without it the connections that are open would still be served.
        .channelGroup(new DefaultChannelGroup(GlobalEventExecutor.INSTANCE))
        .bindAddress(() -> new InetSocketAddress("127.0.0.1", wanted))
        .handle(this::receive)
        .bindNow(SOON);
  }

  private Publisher<Void> receive(HttpServerRequest request, HttpServerResponse response) {
    return request
        .receive()
        .aggregate()
        .asByteArray()
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .defaultIfEmpty("")
        .map(body -> note(request.requestHeaders(), body))
        .flatMap(answer -> give(answer, response));
  }

  private Answer note(HttpHeaders headers, String body) {
    Received request =
        new Received(
            headers.get("webhook-id", ""),
            body,
            Instant.now(),
            isGenuine(headers, body),
            Answer.OK);
    Answer answer = behaviour.apply(request);
    received.add(request.answered(answer));
    return answer;
  }

  private static boolean isGenuine(HttpHeaders headers, String body) {
    Map<String, List<String>> all =
        headers.names().stream()
            .collect(java.util.stream.Collectors.toMap(name -> name, headers::getAll));
    try {
      new Webhook(SECRET).verify(body, java.net.http.HttpHeaders.of(all, (name, value) -> true));
      return true;
    } catch (WebhookVerificationException forged) {
      return false;
    }
  }

  private static Mono<Void> give(Answer answer, HttpServerResponse response) {
    if (answer.equals(Answer.NEVER)) {
      return Mono.never();
    } else if (answer.equals(Answer.CLOSE)) {
      response.withConnection(connection -> connection.channel().close());
      return Mono.never();
    }
    answer.headers().forEach(response::header);
    return response.status(answer.status()).sendString(Mono.just("whatever")).then();
  }

  @Override
  public void close() {
    stop();
  }
}
