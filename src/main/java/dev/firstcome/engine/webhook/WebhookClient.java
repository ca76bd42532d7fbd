package dev.firstcome.engine.webhook;

import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** Sends one event once, signed. */
@Component
@ConditionalOnPlatform
class WebhookClient implements DisposableBean {

  /** What the platform answers is of no interest, but a short answer keeps the connection. */
  private static final int LONGEST_ANSWER = 64 * 1024;

  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);

  /** Below what servers and the boxes before them usually allow, so that few are found closed. */
  private static final Duration LONGEST_IDLE = Duration.ofSeconds(15);

  private static final PublicOnly PUBLIC_ONLY = new PublicOnly();

  private final ConnectionProvider connections;
  private final WebClient web;
  private final URI url;
  private final List<SigningKey> keys;
  private final Clock clock;
  private final Duration limit;

  WebhookClient(WebhookSettings settings, Clock clock) {
    this.url = URI.create(Objects.requireNonNull(settings.url()));
    this.keys = SigningKey.all(Objects.requireNonNull(settings.secret()));
    this.clock = clock;
    // Over everything, the name's look-up and a platform that drips its answer included.
    this.limit = settings.connectTimeout().plus(settings.responseTimeout()).plus(ANSWER_LIMIT);
    this.connections =
        ConnectionProvider.builder("platform")
            .maxConnections(settings.inFlight())
            .pendingAcquireMaxCount(settings.inFlight())
            .pendingAcquireTimeout(settings.connectTimeout())
            .maxIdleTime(LONGEST_IDLE)
            .build();
    this.web =
        WebClient.builder()
            .clientConnector(new ReactorClientHttpConnector(http(connections, settings)))
            .build();
  }

  /** No redirects, which would take the event elsewhere, and no proxy that anybody may have set. */
  private static HttpClient http(ConnectionProvider connections, WebhookSettings settings) {
    int connectMillis = Math.toIntExact(settings.connectTimeout().toMillis());
    HttpClient http =
        HttpClient.create(connections)
            .noProxy()
            .followRedirect(false)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
            .responseTimeout(settings.responseTimeout());
    return settings.allowPrivate()
        ? http
        : http.doOnChannelInit((observer, channel, remote) -> guard(channel.pipeline()));
  }

  private static void guard(ChannelPipeline pipeline) {
    pipeline.addFirst("public only", PUBLIC_ONLY);
  }

  /**
   * Never fails: what went wrong is a reply too.
   *
   * @param id of the event, the same each time
   */
  Mono<Reply> send(UUID id, byte[] body) {
    return Mono.defer(() -> post(id, body))
        .timeout(limit)
        .onErrorResume(failure -> Mono.just(Reply.of(failure)));
  }

  private Mono<Reply> post(UUID id, byte[] body) {
    String webhookId = "evt_" + id;
    long seconds = clock.instant().getEpochSecond();
    return web.post()
        .uri(url)
        .contentType(MediaType.APPLICATION_JSON)
        .header(HttpHeaders.USER_AGENT, "Firstcome")
        .header("webhook-id", webhookId)
        .header("webhook-timestamp", String.valueOf(seconds))
        .header("webhook-signature", SigningKey.sign(keys, webhookId, seconds, body))
        .bodyValue(body)
        .exchangeToMono(this::reply);
  }

  private Mono<Reply> reply(ClientResponse response) {
    Instant now = clock.instant();
    @Nullable String retryAfter =
        response.headers().asHttpHeaders().getFirst(HttpHeaders.RETRY_AFTER);
    Reply reply = Reply.of(response.statusCode().value(), RetryAfter.parse(retryAfter, now));
    return skipBody(response).thenReturn(reply);
  }

  /** Whatever becomes of the body: the status has been said. */
  private static Mono<Void> skipBody(ClientResponse response) {
    return response
        .body(BodyExtractors.toDataBuffers())
        .map(
            buffer -> {
              int length = buffer.readableByteCount();
              DataBufferUtils.release(buffer);
              return length;
            })
        .scan(Integer::sum)
        .takeUntil(total -> total > LONGEST_ANSWER)
        .then()
        .timeout(ANSWER_LIMIT)
        .onErrorComplete();
  }

  @Override
  public void destroy() {
    connections.dispose();
  }
}
