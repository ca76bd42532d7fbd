package dev.firstcome.infra.redis;

import dev.firstcome.infra.observe.Spans;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.reactor.circuitbreaker.operator.CircuitBreakerOperator;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
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
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Redis on one multiplexed connection (to each node, if it is a cluster), through Lettuce itself.
 * Every call has a time limit and a circuit breaker: when Redis is away, callers hear so at once
 * and go on without it.
 */
@Component
public class Redis {

  private static final Duration FOR_EVER = Duration.ofMillis(Long.MAX_VALUE);

  /** A pulse is of no use to anybody, and gone soon. */
  private static final Duration PULSE_TTL = Duration.ofMinutes(1);

  private final Mono<RedisClusterAsyncCommands<String, String>> commands;
  private final CircuitBreaker breaker;
  private final RedisMeters meters;
  private final Spans spans;

  @Autowired
  Redis(
      RedisConnections connections,
      CircuitBreaker redisBreaker,
      MeterRegistry meters,
      ObjectProvider<Spans> spans) {
    this(
        commands(connections, Script.all()),
        redisBreaker,
        meters,
        spans.getIfAvailable(() -> Spans.NONE));
  }

  public Redis(
      Mono<RedisClusterAsyncCommands<String, String>> commands,
      CircuitBreaker breaker,
      MeterRegistry meters,
      Spans spans) {
    this.spans = spans;
    this.commands = commands;
    this.breaker = breaker;
    this.meters = new RedisMeters(breaker, meters);
  }

  /** Opened on first use, so that a start does not depend on Redis; a failure is not kept. */
  private static Mono<RedisClusterAsyncCommands<String, String>> commands(
      RedisConnections connections, List<Script> scripts) {
    return Mono.fromCompletionStage(() -> connect(connections, scripts))
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
      Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> command) {
    return guarded("command", commands -> Mono.fromCompletionStage(() -> command.apply(commands)));
  }

  /**
   * Writes to every primary, also while the breaker lets nobody else ask: one that is read-only,
   * full or not yet sure of its cluster answers a ping, and is of no use to a gate.
   */
  Mono<Void> write() {
    return commands.flatMap(
        open ->
            Flux.fromIterable(HealthCheckKeys.of(open))
                .flatMap(key -> write(open, key), Integer.MAX_VALUE)
                .then());
  }

  private static Mono<String> write(RedisClusterAsyncCommands<String, String> open, String key) {
    return Mono.fromCompletionStage(() -> open.setex(key, PULSE_TTL.toSeconds(), "1"));
  }

  private <T> Mono<T> guarded(
      String name, Function<RedisClusterAsyncCommands<String, String>, Mono<T>> command) {
    Mono<T> call = commands.flatMap(command).transformDeferred(CircuitBreakerOperator.of(breaker));
    return meters.over(spans.redis(name, call));
  }

  private static Mono<List<String>> evaluate(Supplier<CompletionStage<List<Object>>> call) {
    return Mono.fromCompletionStage(call)
        .map(answer -> answer.stream().map(String::valueOf).toList());
  }

  private static CompletionStage<RedisClusterAsyncCommands<String, String>> connect(
      RedisConnections connections, List<Script> scripts) {
    return connections
        .ordinary()
        .thenCompose(
            open ->
                // To every node, if it is a cluster.
                CompletableFuture.allOf(
                        scripts.stream()
                            .map(s -> open.scriptLoad(s.source()).toCompletableFuture())
                            .toArray(CompletableFuture[]::new))
                    // A script that could not be loaded is sent when it is called; failing here
                    // would
                    // leave the connection open, and the next call would make another.
                    .handle((loaded, failure) -> open));
  }
}
