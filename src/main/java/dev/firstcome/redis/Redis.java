package dev.firstcome.redis;

import dev.firstcome.batch.Spans;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.reactor.circuitbreaker.operator.CircuitBreakerOperator;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
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
  private final RedisMeters meters;
  private final Spans spans;

  @Autowired
  Redis(
      RedisClient client,
      RedisSettings settings,
      CircuitBreaker redisBreaker,
      MeterRegistry meters,
      ObjectProvider<Spans> spans) {
    this(
        connection(client, settings.uri(), Script.all()),
        redisBreaker,
        meters,
        spans.getIfAvailable(() -> Spans.NONE));
  }

  Redis(
      Mono<StatefulRedisConnection<String, String>> connection,
      CircuitBreaker breaker,
      MeterRegistry meters,
      Spans spans) {
    this.spans = spans;
    this.connection = connection;
    this.breaker = breaker;
    this.meters = new RedisMeters(breaker, meters);
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
        script.name(),
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
    return guarded("command", commands -> Mono.fromCompletionStage(() -> command.apply(commands)));
  }

  /** Asks whether Redis is there, also while the breaker lets nobody else ask. */
  Mono<String> ping() {
    return connection.flatMap(open -> Mono.fromCompletionStage(() -> open.async().ping()));
  }

  private <T> Mono<T> guarded(
      String name, Function<RedisAsyncCommands<String, String>, Mono<T>> command) {
    Mono<T> call =
        connection
            .flatMap(open -> command.apply(open.async()))
            .transformDeferred(CircuitBreakerOperator.of(breaker));
    return meters.over(spans.redis(name, call));
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
