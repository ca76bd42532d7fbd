package dev.firstcome.infra.redis;

import dev.firstcome.engine.lane.BatchParts;
import dev.firstcome.engine.lock.LockNotifications;
import dev.firstcome.engine.lock.LockQueue;
import dev.firstcome.engine.lock.LockSettings;
import dev.firstcome.engine.lock.MultiLock;
import dev.firstcome.infra.jobs.Background;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.observe.Spans;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** This room for a simulated instance: its real classes over a given connection and time. */
public final class RedisParts {

  private static final CircuitBreakerConfig BREAKER =
      new RedisConfiguration().redisBreaker().getCircuitBreakerConfig();

  private static final LockSettings LOCKS =
      new LockSettings(Duration.ofSeconds(3), Duration.ofSeconds(6), 256);

  /** Every script that the shop has. */
  public static final List<Script> SCRIPTS = Script.all();

  private RedisParts() {}

  public static Redis redis(
      RedisClusterAsyncCommands<String, String> commands,
      Clock clock,
      LongSupplier nanos,
      PeriodicJobs loops,
      MeterRegistry meters) {
    CircuitBreakerConfig config =
        CircuitBreakerConfig.from(BREAKER)
            .clock(clock)
            .currentTimestampFunction(c -> nanos.getAsLong(), TimeUnit.NANOSECONDS)
            .build();
    CircuitBreaker breaker = CircuitBreaker.of("redis", config);
    Redis redis = new Redis(Mono.just(commands), breaker, meters, Spans.NONE);
    new RedisHealthCheck(redis, new RedisSocket(), breaker, loops);
    return redis;
  }

  /**
   * @param bell given the channel and who listens
   */
  public static MultiLock locks(
      Redis redis,
      BiConsumer<String, Consumer<String>> bell,
      PeriodicJobs loops,
      Background background,
      Scheduler timers,
      MeterRegistry meters) {
    LockNotifications heard =
        (channel, listener, again) ->
            Mono.fromRunnable(() -> bell.accept(channel, listener)).then().cache();
    LongSupplier nanos = () -> timers.now(TimeUnit.NANOSECONDS);
    LockQueue line = new LockQueue(redis, heard, LOCKS, loops, background, nanos, meters);
    return new MultiLock(line, LOCKS.patience(), timers);
  }

  /** Without anybody who renews or rings. */
  public static MultiLock locks(Redis redis) {
    return locks(
        redis,
        (channel, heard) -> {},
        BatchParts.loops(),
        BatchParts.background(new SimpleMeterRegistry()),
        Schedulers.parallel(),
        new SimpleMeterRegistry());
  }

  /** Over a connection of a test's own, with a breaker that nobody else knows. */
  public static Redis redis(Mono<RedisClusterAsyncCommands<String, String>> commands) {
    return new Redis(
        commands, CircuitBreaker.ofDefaults("test"), new SimpleMeterRegistry(), Spans.NONE);
  }

  /** One that answers nothing, and keeps the keys of the scripts that it is asked to run. */
  @SuppressWarnings("unchecked")
  public static Redis recording(List<List<String>> keys) {
    RedisClusterAsyncCommands<String, String> commands =
        (RedisClusterAsyncCommands<String, String>)
            Proxy.newProxyInstance(
                RedisParts.class.getClassLoader(),
                new Class<?>[] {RedisClusterAsyncCommands.class},
                (proxy, method, a) -> {
                  keys.add(List.of((String[]) a[2]));
                  throw new UnsupportedOperationException(method.getName());
                });
    return redis(Mono.just(commands));
  }

  /** A connection of a test's own to wherever the shop's Redis is. */
  public record Own(Redis redis, AutoCloseable connection) {}

  /**
   * @param timeout of a command: more patience than the shop has
   */
  public static Own own(RedisSettings shops, Duration timeout) {
    RedisSettings settings =
        new RedisSettings(
            shops.url(),
            shops.host(),
            shops.port(),
            shops.username(),
            shops.password(),
            shops.database(),
            shops.cluster(),
            shops.sentinel(),
            timeout,
            shops.connectTimeout());
    RedisConfiguration house = new RedisConfiguration();
    ClientResources resources = house.redisResources(new RedisSocket());
    RedisConnections connections = house.redisConnections(resources, settings);
    return new Own(
        redis(Mono.fromCompletionStage(connections.ordinary()).cache()),
        house.redisShutdown(connections, resources));
  }
}
