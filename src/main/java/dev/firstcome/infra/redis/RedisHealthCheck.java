package dev.firstcome.infra.redis;

import dev.firstcome.infra.jobs.PeriodicJobs;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.event.CircuitBreakerOnErrorEvent;
import io.github.resilience4j.circuitbreaker.event.CircuitBreakerOnStateTransitionEvent;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisReadOnlyException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * The first call without an answer tells that Redis is down; writes of its own tell that it is
 * back. So one round of batches waits for it, once, and no request is used to try whether it
 * answers again.
 *
 * <p>Of a cluster, one primary that is away is all of it: an order may need any of them, and asking
 * the rest would mean waiting for that one in every batch. It is back when every primary that owns
 * slots takes a write, and every slot has an owner.
 */
@Component
class RedisHealthCheck {

  private static final Logger log = LoggerFactory.getLogger(RedisHealthCheck.class);

  /**
   * Between two writes while Redis is away: with the time limit of one, it is found in a second.
   */
  private static final Duration INTERVAL = Duration.ofMillis(500);

  /** Writes without an answer after which the connections themselves are taken for lost. */
  private static final int PATIENCE = 10;

  private final Redis redis;
  private final RedisSocket socket;
  private final CircuitBreaker breaker;

  /** Opened by us and therefore ours to close: a test or an operator may have opened it as well. */
  private volatile boolean lost;

  private int unanswered;

  RedisHealthCheck(
      Redis redis, RedisSocket socket, CircuitBreaker redisBreaker, PeriodicJobs loops) {
    this.redis = redis;
    this.socket = socket;
    this.breaker = redisBreaker;
    breaker.getEventPublisher().onError(this::failed).onStateTransition(this::changed);
    loops.addApart("redis pulse", INTERVAL, Mono.defer(this::turn));
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
    // In this order: a write that is answered in between would leave it open, and nobody to close
    // it.
    breaker.transitionToForcedOpenState();
    lost = true;
  }

  private Mono<Boolean> turn() {
    if (!lost) {
      return Mono.just(false);
    }
    return redis
        .write()
        .doOnSuccess(done -> close())
        .doOnError(this::hangUpIfOfNoUse)
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

  /**
   * A proxy may keep a connection alive behind which there is no Redis. And one that is read-only
   * is no primary any more: its name, or Sentinel, leads to another by now.
   */
  private void hangUpIfOfNoUse(Throwable failure) {
    if (failure instanceof RedisReadOnlyException) {
      socket.hangUp();
    } else if (!(failure instanceof RedisCommandExecutionException)
        && ++unanswered % PATIENCE == 0) {
      log.warn("redis: {} writes without an answer, connecting anew", unanswered);
      socket.hangUp();
    }
  }
}
