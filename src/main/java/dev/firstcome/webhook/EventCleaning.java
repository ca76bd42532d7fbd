package dev.firstcome.webhook;

import dev.firstcome.batch.Loops;
import dev.firstcome.outbox.OutboxSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Bounds how long events are kept that are not delivered: dead ones, and those of a shop that has
 * no platform to send them to. That one may yet be told where it is, and then sends what it kept.
 */
@Component
class EventCleaning {

  private static final Logger log = LoggerFactory.getLogger(EventCleaning.class);

  private static final Duration INTERVAL = Duration.ofMinutes(1);

  /** Rows deleted in one statement: locks and dead rows of a moment. */
  private static final int LIMIT = 1000;

  private final WebhookRepository repository;
  private final WebhookSettings settings;
  private final OutboxSettings outbox;
  private final Clock clock;
  private final Counter discarded;

  EventCleaning(
      WebhookRepository repository,
      WebhookSettings settings,
      OutboxSettings outbox,
      Clock clock,
      Loops loops,
      MeterRegistry meters) {
    this.repository = repository;
    this.settings = settings;
    this.outbox = outbox;
    this.clock = clock;
    this.discarded =
        Counter.builder("firstcome.events.discarded")
            .description("events given up for good, undelivered")
            .register(meters);
    loops.add("event cleaning", INTERVAL, Mono.defer(this::clean));
    if (!settings.isConfigured()) {
      log.info(
          "no firstcome.events.url: payments' events are not sent, and kept for {}",
          outbox.retention());
    }
  }

  /** Emits whether there is more to delete. */
  Mono<Boolean> clean() {
    Instant now = clock.instant();
    Mono<Long> dead =
        repository.deleteOld(EventStatus.DEAD, now.minus(settings.deadRetention()), LIMIT);
    Mono<Long> unwanted =
        settings.isConfigured()
            ? Mono.just(0L)
            : repository.deleteOld(EventStatus.PENDING, now.minus(outbox.retention()), LIMIT);
    return dead.zipWith(
        unwanted,
        (first, second) -> {
          discarded.increment(first + second);
          return first == LIMIT || second == LIMIT;
        });
  }
}
