package dev.firstcome.redis;

import dev.firstcome.batch.Loops;
import dev.firstcome.batch.Spans;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.lettuce.core.api.StatefulRedisConnection;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;

/** This room for a simulated instance: its real classes over a given connection and time. */
public final class RedisParts {

  private static final CircuitBreakerConfig BREAKER =
      new RedisConfiguration().redisBreaker().getCircuitBreakerConfig();

  /** Every script that the shop has. */
  public static final List<Script> SCRIPTS = Script.all();

  private RedisParts() {}

  public static Redis redis(
      StatefulRedisConnection<String, String> connection,
      Clock clock,
      Loops loops,
      MeterRegistry meters) {
    CircuitBreakerConfig config =
        CircuitBreakerConfig.from(BREAKER)
            .clock(clock)
            .currentTimestampFunction(c -> c.millis() * 1_000_000, TimeUnit.NANOSECONDS)
            .build();
    CircuitBreaker breaker = CircuitBreaker.of("redis", config);
    Redis redis = new Redis(Mono.just(connection), breaker, meters, Spans.NONE);
    new Pulse(redis, new RedisSocket(), breaker, loops);
    return redis;
  }

  /** Over a connection of a test's own, with a breaker that nobody else knows. */
  public static Redis redis(Mono<StatefulRedisConnection<String, String>> connection) {
    return new Redis(
        connection, CircuitBreaker.ofDefaults("test"), new SimpleMeterRegistry(), Spans.NONE);
  }
}
