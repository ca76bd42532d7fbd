package dev.firstcome.infra.redis;

import dev.firstcome.infra.observe.Timers;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;

/** How Redis does: calls waiting for it, how long they take, and how they end. */
final class RedisMeters {

  private static final String CALLS = "firstcome.redis.calls";

  private final AtomicInteger pending = new AtomicInteger();
  private final Timer answered;
  private final Timer failed;
  private final Counter notPermitted;

  RedisMeters(CircuitBreaker breaker, MeterRegistry meters) {
    this.answered = Timers.timer(meters, CALLS, "calls by their end", "outcome", "answered");
    this.failed = Timers.timer(meters, CALLS, "calls by their end", "outcome", "failed");
    this.notPermitted =
        Counter.builder("firstcome.redis.not.permitted")
            .description("calls that the open breaker did not let through")
            .register(meters);
    Gauge.builder("firstcome.redis.pending", pending, AtomicInteger::get)
        .description("calls that wait for Redis")
        .register(meters);
    Gauge.builder("firstcome.redis.available", breaker, RedisMeters::lettingThrough)
        .description("1 while calls are let through, 0 while the breaker is open")
        .register(meters);
  }

  private static int lettingThrough(CircuitBreaker breaker) {
    CircuitBreaker.State state = breaker.getState();
    return state == CircuitBreaker.State.OPEN || state == CircuitBreaker.State.FORCED_OPEN ? 0 : 1;
  }

  <T> Mono<T> over(Mono<T> call) {
    return Mono.defer(
        () -> {
          long start = System.nanoTime();
          pending.incrementAndGet();
          return call.doOnSuccess(answer -> record(answered, start))
              .doOnError(failure -> failed(failure, start))
              .doFinally(end -> pending.decrementAndGet());
        });
  }

  private void failed(Throwable failure, long start) {
    if (failure instanceof CallNotPermittedException) {
      notPermitted.increment();
    } else {
      record(failed, start);
    }
  }

  private static void record(Timer timer, long start) {
    timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
  }
}
