package dev.firstcome.infra.postgres;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;

/** On real sockets: what is asked and never answered, and what is answered. */
class KeepaliveLoopResourcesTest {

  private static final Duration LIMIT = Duration.ofMillis(400);

  private final LoopResources loops =
      new KeepaliveLoopResources(LoopResources.create("watched", 1, 1, true, false), LIMIT);
  private ServerSocket door;
  private Connection connection;
  private Socket server;

  KeepaliveLoopResourcesTest() throws Exception {
    door = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    connection =
        TcpClient.create()
            .runOn(loops)
            .host(door.getInetAddress().getHostAddress())
            .port(door.getLocalPort())
            .connectNow(SOON);
    server = door.accept();
  }

  @BeforeEach
  void read() {
    connection.inbound().receive().subscribe();
  }

  @AfterEach
  void close() throws Exception {
    connection.disposeNow(SOON);
    server.close();
    door.close();
    loops.disposeLater(Duration.ZERO, SOON).block(SOON);
  }

  @Test
  void closesAConnectionOnWhichAQuestionStaysUnanswered() {
    ask();
    await().atMost(SOON).until(() -> !connection.channel().isOpen());
  }

  @Test
  void leavesAConnectionAloneThatWasAnsweredOrNeverAsked() throws Exception {
    for (int i = 0; i < 3; i++) {
      ask();
      server.getOutputStream().write('!');
      staysOpenFor(LIMIT.multipliedBy(2));
    }
  }

  @Test
  void countsFromTheLastQuestionAfterARest() throws Exception {
    ask();
    server.getOutputStream().write('!');
    staysOpenFor(LIMIT.dividedBy(2));
    ask();
    staysOpenFor(LIMIT.multipliedBy(3).dividedBy(4));
    await().atMost(SOON).until(() -> !connection.channel().isOpen());
  }

  @Test
  void tellsTheKernelHowLongToWait() {
    assumeTrue(Epoll.isAvailable());
    Channel channel = connection.channel();
    assertThat(channel.config().getOption(EpollChannelOption.TCP_USER_TIMEOUT)).isEqualTo(400);
    assertThat(channel.config().getOption(EpollChannelOption.TCP_KEEPIDLE)).isEqualTo(5);
    assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
  }

  @Test
  void refusesLimitsThatContradictEachOther() {
    Duration second = Duration.ofSeconds(1);
    assertThatThrownBy(
            () ->
                new DatabaseSettings(
                    second, second.dividedBy(2), second, second, 1, 1, null, second))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("answer-timeout must be above statement-timeout");
  }

  private void ask() {
    connection.outbound().sendString(Mono.just("?"), StandardCharsets.US_ASCII).then().block(SOON);
  }

  private void staysOpenFor(Duration time) {
    await()
        .during(time)
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> connection.channel().isOpen());
  }
}
