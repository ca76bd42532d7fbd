package dev.firstcome.engine.webhook;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.StateTransition;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Keeps this instance from trying a platform that is away: not even rows are touched then. Open
 * after half of the last twenty attempts found it unwell; from time to time one event probes.
 */
@Component
@ConditionalOnPlatform
class WebhookBreaker {

  private static final Logger log = LoggerFactory.getLogger(WebhookBreaker.class);

  /** Whatever the platform asks for, it is probed again after this time. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  /** A probe that nobody has reported on by then is given up. */
  private static final Duration LONGEST_PROBE = Duration.ofMinutes(1);

  private final CircuitBreaker breaker;

  WebhookBreaker(WebhookSettings settings, MeterRegistry meters) {
    breaker =
        CircuitBreaker.of(
            "platform",
            CircuitBreakerConfig.custom()
                .slidingWindowSize(20)
                .minimumNumberOfCalls(5)
                .failureRateThreshold(50)
                .waitDurationInOpenState(settings.probeInterval())
                .permittedNumberOfCallsInHalfOpenState(1)
                .maxWaitDurationInHalfOpenState(LONGEST_PROBE)
                .build());
    breaker.getEventPublisher().onStateTransition(e -> log(e.getStateTransition()));
    Gauge.builder("firstcome.events.breaker.open", breaker, b -> isOpen() ? 1 : 0)
        .description("1 while the platform is not tried")
        .register(meters);
  }

  /** Not each probe of an outage of days. */
  private static void log(StateTransition change) {
    if (change.getToState() == State.CLOSED) {
      log.info("the platform is well again");
    } else if (change.getFromState() == State.CLOSED) {
      log.warn("the platform is unwell: it is only probed until it is well again");
    }
  }

  /** Whether an event may be tried; then its end is to be reported, or the permit returned. */
  boolean admits() {
    return breaker.tryAcquirePermission();
  }

  /** Whether only a single event may be tried. */
  boolean isProbing() {
    return breaker.getState() == State.HALF_OPEN;
  }

  boolean isOpen() {
    return breaker.getState() == State.OPEN;
  }

  void returnPermit() {
    breaker.releasePermission();
  }

  void report(Reply reply, Duration took) {
    if (reply.healthy()) {
      breaker.onSuccess(took.toNanos(), TimeUnit.NANOSECONDS);
    } else {
      breaker.onError(took.toNanos(), TimeUnit.NANOSECONDS, Unwell.INSTANCE);
    }
    @Nullable Duration pause = reply.pause();
    if (pause != null && pause.toMillis() > 0) {
      // It has asked us, not this event, to wait.
      breaker.transitionToOpenStateFor(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE);
    }
  }

  /** The breaker counts exceptions. */
  private static final class Unwell extends RuntimeException {

    private static final long serialVersionUID = 1L;

    static final Unwell INSTANCE = new Unwell();

    private Unwell() {
      super("the platform is unwell", null, false, false);
    }
  }
}
