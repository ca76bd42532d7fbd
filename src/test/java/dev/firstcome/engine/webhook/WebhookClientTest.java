package dev.firstcome.engine.webhook;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** One attempt at a real server, and what comes of it. */
class WebhookClientTest {

  private static final byte[] BODY = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);

  private final Receiver receiver = new Receiver();

  @AfterEach
  void close() {
    receiver.close();
  }

  private static Reply send(String url, boolean allowPrivate) {
    return send(url, allowPrivate, Duration.ofSeconds(7));
  }

  private static Reply send(String url, boolean allowPrivate, Duration timeout) {
    WebhookClient client =
        new WebhookClient(
            WebhookSettingsTest.bind(
                new HashMap<>(
                    Map.of(
                        "url",
                        url,
                        "secret",
                        Receiver.SECRET,
                        "allow-private",
                        String.valueOf(allowPrivate),
                        "connect-timeout",
                        timeout.toString(),
                        "response-timeout",
                        timeout.toString()))),
            Clock.systemUTC());
    try {
      return requireNonNull(client.send(UUID.randomUUID(), BODY).block(SOON));
    } finally {
      client.destroy();
    }
  }

  private Reply send(Receiver.Answer answer) {
    receiver.behave(request -> answer);
    return send(receiver.url(), true);
  }

  @Test
  void sendsTheBodyAsItIsAndSignsIt() {
    assertThat(send(Receiver.Answer.OK)).isEqualTo(Reply.of(200, null));
    assertThat(receiver.received())
        .singleElement()
        .satisfies(
            received -> {
              assertThat(received.genuine()).isTrue();
              assertThat(received.body()).isEqualTo("{\"a\":1}");
              assertThat(received.id()).startsWith("evt_");
            });
  }

  @Test
  void waitsForNobodyForEver() {
    receiver.behave(request -> Receiver.Answer.NEVER);
    Reply reply = send(receiver.url(), true, Duration.ofMillis(500));

    assertThat(reply.error()).isEqualTo("no answer in time");
  }

  @Test
  void noticesAConnectionThatIsClosed() {
    assertThat(send(Receiver.Answer.CLOSE).error()).startsWith("connection lost: ");
  }

  @Test
  void noticesThatNobodyIsThere() {
    receiver.stop();
    assertThat(send(receiver.url(), true).error()).isEqualTo("could not connect");
    receiver.start();
  }

  @Test
  void understandsWhenToComeBack() {
    Reply reply = send(Receiver.Answer.status(429, "Retry-After", "17"));

    assertThat(reply).isEqualTo(Reply.of(429, Duration.ofSeconds(17)));
  }

  @Test
  void goesNowhereElse() {
    try (Receiver elsewhere = new Receiver()) {
      Reply reply = send(Receiver.Answer.status(307, "Location", elsewhere.url()));

      assertThat(reply.ending()).isEqualTo(Reply.Ending.RETRY);
      assertThat(elsewhere.received()).isEmpty();
    }
  }

  @Test
  void takesTheStatusForAnAnswerHoweverLongTheBody() {
    DisposableServer endless =
        HttpServer.create()
            .host("127.0.0.1")
            .handle(
                (request, response) ->
                    response.sendString(
                        Flux.interval(Duration.ofMillis(1))
                            .map(n -> "x".repeat(1000))
                            .onBackpressureDrop()))
            .bindNow(SOON);
    try {
      assertThat(send("http://127.0.0.1:" + endless.port() + "/", true))
          .isEqualTo(Reply.of(200, null));
    } finally {
      endless.disposeNow(SOON);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1"})
  void doesNotConnectToThisMachineUnlessAllowed(String host) throws Exception {
    AtomicBoolean connected = new AtomicBoolean();
    try (ServerSocket door = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
      Thread doorman = new Thread(() -> accept(door, connected));
      doorman.start();
      Reply reply = send("https://" + host + ":" + door.getLocalPort() + "/", false);

      assertThat(reply.error()).isEqualTo("refused to connect: not a public address");
      door.close();
      doorman.join(SOON.toMillis());
      assertThat(connected).isFalse();
    }
  }

  private static void accept(ServerSocket door, AtomicBoolean connected) {
    try {
      door.accept().close();
      connected.set(true);
    } catch (IOException closed) {
      // Nobody came.
    }
  }
}
