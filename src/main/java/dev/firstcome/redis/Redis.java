package dev.firstcome.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.reactor.circuitbreaker.operator.CircuitBreakerOperator;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Redis on one multiplexed connection, through Lettuce itself. Every call has a time limit and a
 * circuit breaker: when Redis is away, callers hear so at once and go on without it.
 */
@Component
public class Redis {

  private static final Duration FOR_EVER = Duration.ofMillis(Long.MAX_VALUE);

  private final Mono<StatefulRedisConnection<String, String>> connection;
  private final CircuitBreaker breaker;

  @Autowired
  Redis(
      RedisClient client,
      RedisSettings settings,
      CircuitBreaker redisBreaker,
      MeterRegistry meters) {
    this(connection(client, settings.uri(), Script.all()), redisBreaker, meters);
  }

  Redis(
      Mono<StatefulRedisConnection<String, String>> connection,
      CircuitBreaker breaker,
      MeterRegistry meters) {
    this.connection = connection;
    this.breaker = breaker;
    Gauge.builder("firstcome.redis.available", breaker, Redis::lettingThrough)
        .description("1 while calls are let through, 0 while the breaker is open")
        .register(meters);
  }

  /** Opened on first use, so that a start does not depend on Redis; a failure is not kept. */
  private static Mono<StatefulRedisConnection<String, String>> connection(
      RedisClient client, RedisURI uri, List<Script> scripts) {
    return Mono.fromCompletionStage(() -> connect(client, uri, scripts))
        .cache(open -> FOR_EVER, failure -> Duration.ZERO, () -> Duration.ZERO);
  }

  /**
   * Runs the script by its digest. If Redis has forgotten it, sends the source, for that call only;
   * a call that timed out is not repeated, because it may have run.
   *
   * @return the words and numbers of its answer, each as text
   */
  public Mono<List<String>> run(Script script, String[] keys, String... arguments) {
    return guarded(
        commands ->
            evaluate(() -> commands.evalsha(script.sha(), ScriptOutputType.MULTI, keys, arguments))
                .onErrorResume(
                    RedisNoScriptException.class,
                    forgotten ->
                        evaluate(
                            () ->
                                commands.eval(
                                    script.source(), ScriptOutputType.MULTI, keys, arguments))));
  }

  /** Any one command. */
  public <T> Mono<T> call(
      Function<RedisAsyncCommands<String, String>, CompletionStage<T>> command) {
    return guarded(commands -> Mono.fromCompletionStage(() -> command.apply(commands)));
  }

  private static int lettingThrough(CircuitBreaker breaker) {
    CircuitBreaker.State state = breaker.getState();
    return state == CircuitBreaker.State.OPEN || state == CircuitBreaker.State.FORCED_OPEN ? 0 : 1;
  }

  /** Asks whether Redis is there, also while the breaker lets nobody else ask. */
  Mono<String> ping() {
    return connection.flatMap(open -> Mono.fromCompletionStage(() -> open.async().ping()));
  }

  private <T> Mono<T> guarded(Function<RedisAsyncCommands<String, String>, Mono<T>> command) {
    return connection
        .flatMap(open -> command.apply(open.async()))
        .transformDeferred(CircuitBreakerOperator.of(breaker));
  }

  private static Mono<List<String>> evaluate(Supplier<CompletionStage<List<Object>>> call) {
    return Mono.fromCompletionStage(call)
        .map(answer -> answer.stream().map(String::valueOf).toList());
  }

  private static CompletionStage<StatefulRedisConnection<String, String>> connect(
      RedisClient client, RedisURI uri, List<Script> scripts) {
    return client
        .connectAsync(StringCodec.UTF8, uri)
        .thenCompose(
            open ->
                CompletableFuture.allOf(
                        scripts.stream()
                            .map(s -> open.async().scriptLoad(s.source()).toCompletableFuture())
                            .toArray(CompletableFuture[]::new))
                    // A script that could not be loaded is sent when it is called; failing here
                    // would
                    // leave the connection open, and the next call would make another.
                    .handle((loaded, failure) -> open));
  }
}
