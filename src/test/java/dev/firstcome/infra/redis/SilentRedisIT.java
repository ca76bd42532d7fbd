package dev.firstcome.infra.redis;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.firstcome.dev.Cable;
import dev.firstcome.dev.Cables;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.harness.Patience;
import dev.firstcome.infra.postgres.Database;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A Redis that says nothing any more costs one round of waiting; then the database decides. */
@ShopTest
@DirtiesContext
class SilentRedisIT {

  /** Of a command: so long that a busy machine answers within it when it does not ask Redis. */
  private static final Duration TIMEOUT =
      Collections.min(List.of(Patience.of(Duration.ofMillis(1500)), Duration.ofSeconds(5)));

  /** Who is answered within it has not waited for Redis. */
  private static final Duration UNHINDERED = TIMEOUT.minusMillis(50);

  private static @Nullable Cable cable;

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @Autowired private CircuitBreaker redisBreaker;
  @Autowired private RedisSocket socket;
  @Autowired private Redis redis;
  @LocalServerPort private int port;
  private long campaign;

  @DynamicPropertySource
  static void layTheCable(DynamicPropertyRegistry registry) {
    cable = Cables.toRedis(registry);
    registry.add("spring.data.redis.timeout", () -> TIMEOUT);
    registry.add("firstcome.locks.lease", () -> "10s");
    registry.add("firstcome.locks.patience", () -> "15s");
  }

  @BeforeEach
  void open() {
    campaign = new Sql(database).campaign(10_000);
    await().atMost(SOON).until(() -> issued() && redisBreaker.getState() == closed());
  }

  @AfterEach
  void mend() {
    requireNonNull(cable).mend();
    await().atMost(SOON).until(() -> redisBreaker.getState() == closed());
  }

  @AfterAll
  static void takeUpTheCable() throws IOException {
    requireNonNull(cable).close();
  }

  @Test
  void hindersOneRequestAndNoOtherUntilItIsBack() {
    requireNonNull(cable).silence();
    assertThat(time()).isLessThan(TIMEOUT.plus(UNHINDERED));
    // Some pings go unanswered meanwhile, and nobody waits for them.
    long start = System.nanoTime();
    while (System.nanoTime() - start < TIMEOUT.multipliedBy(2).toNanos()) {
      assertThat(time()).isLessThan(UNHINDERED);
    }
    assertThat(redisBreaker.getState()).isEqualTo(CircuitBreaker.State.FORCED_OPEN);

    requireNonNull(cable).mend();
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              assertThat(issued()).isTrue();
              assertThat(redisBreaker.getMetrics().getNumberOfSuccessfulCalls()).isPositive();
            });
  }

  @Test
  void isFoundAgainWhenItsAddressWasDeadForAWhile() {
    requireNonNull(cable).cut();
    await().atMost(SOON).until(() -> issued() && redisBreaker.getState() != closed());
    await().during(Duration.ofSeconds(3)).atMost(SOON).until(this::issued);
    requireNonNull(cable).mend();
    await().atMost(SOON).until(() -> redisBreaker.getState() == closed());
    assertThat(redis.call(r -> r.ping()).block(SOON)).isEqualTo("PONG");
  }

  @Test
  void tellsTheKernelHowLongToWait() {
    assumeTrue(Epoll.isAvailable());
    Channel channel = socket.channels().iterator().next();
    assertThat(channel.config().getOption(EpollChannelOption.TCP_USER_TIMEOUT)).isEqualTo(2000);
    assertThat(channel.config().getOption(EpollChannelOption.TCP_KEEPIDLE)).isEqualTo(5);
    assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
  }

  private static CircuitBreaker.State closed() {
    return CircuitBreaker.State.CLOSED;
  }

  private Duration time() {
    long start = System.nanoTime();
    assertThat(issued()).isTrue();
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private boolean issued() {
    String user = UUID.randomUUID().toString();
    Shopper shopper = new Shopper(user, tokens.user(user), List.of(port));
    return Shopper.atOnce(
                List.of(shopper.sending(HttpMethod.POST, "/coupons/" + campaign + "/issue")))
            .get(0)
            .code()
        == 201;
  }
}
