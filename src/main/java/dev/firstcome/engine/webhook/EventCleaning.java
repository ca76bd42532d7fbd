package dev.firstcome.engine.webhook;

import dev.firstcome.engine.outbox.OutboxSettings;
import dev.firstcome.infra.jobs.PeriodicJobs;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
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

  private final WebhookSql sql;
  private final WebhookSettings settings;
  private final OutboxSettings outbox;
  private final Counter discarded;

  EventCleaning(
      WebhookSql sql,
      WebhookSettings settings,
      OutboxSettings outbox,
      PeriodicJobs loops,
      MeterRegistry meters) {
    this.sql = sql;
    this.settings = settings;
    this.outbox = outbox;
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

  /** One statement after the other, over one connection; emits whether there is more to delete. */
  Mono<Boolean> clean() {
    return sql.deleteOld(EventStatus.DEAD, settings.deadRetention(), LIMIT)
        .flatMap(dead -> deleteUnwanted().map(unwanted -> discard(dead, unwanted)));
  }

  private Mono<Long> deleteUnwanted() {
    return settings.isConfigured()
        ? Mono.just(0L)
        : sql.deleteOld(EventStatus.PENDING, outbox.retention(), LIMIT);
  }

  private boolean discard(long dead, long unwanted) {
    discarded.increment(dead + unwanted);
    return dead == LIMIT || unwanted == LIMIT;
  }
}
