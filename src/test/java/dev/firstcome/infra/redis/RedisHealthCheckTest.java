package dev.firstcome.infra.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.engine.lane.BatchParts;
import dev.firstcome.infra.jobs.JobSettings;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.observe.Spans;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Whether the gates are asked depends on whether Redis takes a write, not on a ping. */
class RedisHealthCheckTest {

  private static final Duration TURNS = Duration.ofSeconds(30);

  private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
  private final CircuitBreaker breaker = new RedisConfiguration().redisBreaker();
  private final RedisSocket socket = new RedisSocket();
  private final Channel channel = new EmbeddedChannel();
  private final PeriodicJobs loops =
      BatchParts.loops(
          new JobSettings(
              Duration.ZERO,
              Duration.ofMillis(100),
              Duration.ofSeconds(5),
              Duration.ofSeconds(30),
              Duration.ofSeconds(10)),
          time,
          () -> 0);

  private int writes;
  private @Nullable RedisException failure;

  @BeforeEach
  void start() {
    socket.afterChannelInitialized(channel);
    new RedisHealthCheck(
        new Redis(Mono.just(commands()), breaker, new SimpleMeterRegistry(), Spans.NONE),
        socket,
        breaker,
        loops);
    loops.start();
  }

  @AfterEach
  void stop() {
    loops.stop(() -> {});
    time.dispose();
    channel.close();
  }

  @SuppressWarnings("unchecked")
  private RedisClusterAsyncCommands<String, String> commands() {
    return (RedisClusterAsyncCommands<String, String>)
        Proxy.newProxyInstance(
            RedisHealthCheckTest.class.getClassLoader(),
            new Class<?>[] {RedisClusterAsyncCommands.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("setex");
              writes++;
              throw failure == null ? new AssertionError("nothing to write") : failure;
            });
  }

  private void fail(RedisException with, int times) {
    failure = with;
    for (int i = 0; i < times; i++) {
      breaker.acquirePermission();
      breaker.onError(0, TimeUnit.NANOSECONDS, with);
    }
  }

  @Test
  void staysOpenWhileWhatAnswersTakesNoWrites() {
    fail(new RedisCommandExecutionException("OOM command not allowed"), 5);
    assertThat(breaker.getState()).isEqualTo(State.FORCED_OPEN);
    time.advanceTimeBy(TURNS);
    assertThat(writes).isGreaterThan(3);
    assertThat(breaker.getState()).isEqualTo(State.FORCED_OPEN);
    assertThat(channel.isOpen()).as("another connection would lead to the same").isTrue();
  }

  @Test
  void looksForAnotherPrimaryWhenThisOneIsReadOnly() {
    fail(new RedisReadOnlyException("READONLY You can't write against a read only replica."), 5);
    time.advanceTimeBy(TURNS);
    assertThat(channel.isOpen()).isFalse();
    assertThat(breaker.getState()).isEqualTo(State.FORCED_OPEN);
    Channel next = new EmbeddedChannel();
    socket.afterChannelInitialized(next);
    assertThat(next.isOpen()).as("the connection after that").isTrue();
    next.close();
  }

  @Test
  void hangsUpOnASilentOneAfterAWhile() {
    fail(new RedisException("silence"), 1);
    time.advanceTimeBy(Duration.ofSeconds(10));
    assertThat(channel.isOpen()).isTrue();
    time.advanceTimeBy(TURNS);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void takesASlotThatMovesForNoFailure() {
    fail(new RedisCommandExecutionException("TRYAGAIN Multiple keys request"), 20);
    assertThat(breaker.getState()).isEqualTo(State.CLOSED);
    time.advanceTimeBy(TURNS);
    assertThat(writes).isZero();
  }
}
