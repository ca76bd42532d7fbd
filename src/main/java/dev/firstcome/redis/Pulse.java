package dev.firstcome.redis;

import dev.firstcome.batch.Loops;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.event.CircuitBreakerOnErrorEvent;
import io.github.resilience4j.circuitbreaker.event.CircuitBreakerOnStateTransitionEvent;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Notices by the first call that stays without an answer that Redis is away, and by a ping of its
 * own that it is back: so one round of batches waits for it, once, and no request is ever the one
 * to try whether it answers again.
 */
@Component
class Pulse {

  private static final Logger log = LoggerFactory.getLogger(Pulse.class);

  /** Between two pings while Redis is away: with the time limit of one, it is found in a second. */
  private static final Duration INTERVAL = Duration.ofMillis(500);

  /** Pings without an answer after which the connection itself is taken for lost. */
  private static final int PATIENCE = 10;

  private final Redis redis;
  private final RedisSocket socket;
  private final CircuitBreaker breaker;

  /** Opened by us and therefore ours to close: a test or an operator may have opened it as well. */
  private volatile boolean lost;

  private int unanswered;

  Pulse(Redis redis, RedisSocket socket, CircuitBreaker redisBreaker, Loops loops) {
    this.redis = redis;
    this.socket = socket;
    this.breaker = redisBreaker;
    breaker.getEventPublisher().onError(this::failed).onStateTransition(this::changed);
    loops.add("redis pulse", INTERVAL, Mono.defer(this::turn));
  }

  private void failed(CircuitBreakerOnErrorEvent call) {
    // An error that Redis itself reports is an answer; many of them open the breaker by their rate.
    if (!(call.getThrowable() instanceof RedisCommandExecutionException)) {
      open();
    }
  }

  private void changed(CircuitBreakerOnStateTransitionEvent change) {
    if (change.getStateTransition().getToState() == State.OPEN) {
      open();
    }
  }

  private void open() {
    // In this order: a ping that is answered in between would leave it open, and nobody to close
    // it.
    breaker.transitionToForcedOpenState();
    lost = true;
  }

  private Mono<Boolean> turn() {
    if (!lost) {
      return Mono.just(false);
    }
    return redis
        .ping()
        .doOnNext(answer -> close())
        .doOnError(silent -> hangUpAtLast())
        .onErrorComplete()
        .thenReturn(false);
  }

  private void close() {
    unanswered = 0;
    lost = false;
    if (breaker.getState() == State.FORCED_OPEN) {
      breaker.transitionToClosedState();
    }
  }

  /** Whoever stands between us and Redis may keep a connection alive behind which nobody is. */
  private void hangUpAtLast() {
    if (++unanswered % PATIENCE == 0) {
      log.warn("redis: {} pings without an answer, connecting anew", unanswered);
      socket.hangUp();
    }
  }
}
