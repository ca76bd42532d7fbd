package dev.firstcome.engine.webhook;

import dev.firstcome.engine.lane.BatchLane;
import dev.firstcome.engine.lane.Lanes;
import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.engine.outbox.OutboxEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** One attempt at one event, and how it ended, written down. */
@Component
@ConditionalOnPlatform
class WebhookAttempt {

  private static final Logger log = LoggerFactory.getLogger(WebhookAttempt.class);

  private final WebhookClient client;
  private final WebhookBreaker breaker;
  private final WebhookSql repository;
  private final Retries retries;
  private final JsonMapper json;
  private final MeterRegistry meters;
  private final BatchLane<Outcome, Outcome> outcomes;

  WebhookAttempt(
      WebhookClient client,
      WebhookBreaker breaker,
      WebhookSql repository,
      Retries retries,
      Lanes lanes,
      JsonMapper json,
      MeterRegistry meters) {
    this.client = client;
    this.breaker = breaker;
    this.repository = repository;
    this.retries = retries;
    this.json = json;
    this.meters = meters;
    this.outcomes = lanes.open("webhook outcome", this::settle);
  }

  /** The body of a request, the same each time that the event is sent. */
  private record Body(String type, Instant timestamp, Object data) {}

  /**
   * @param data null if there is nothing to send
   * @return whether it was delivered; fails only if that could not be written down
   */
  Mono<Boolean> make(Leased leased, @Nullable Object data) {
    return Mono.defer(() -> data == null ? nothing() : send(leased.event(), data))
        .map(reply -> retries.decide(leased, reply, ThreadLocalRandom.current().nextDouble()))
        .flatMap(outcomes::submit)
        .map(done -> done.value().ending() == Outcome.Ending.DELIVERED);
  }

  /** Not tried after all. */
  Mono<Void> release(Leased leased) {
    breaker.returnPermit();
    return outcomes.submit(Outcome.released(leased)).then();
  }

  private Mono<Reply> nothing() {
    breaker.returnPermit();
    return Mono.just(Reply.NOTHING_TO_SEND);
  }

  private Mono<Reply> send(OutboxEvent event, Object data) {
    byte[] body = json.writeValueAsBytes(new Body(event.type(), event.createdAt(), data));
    long start = System.nanoTime();
    return client
        .send(event.id(), body)
        .doOnNext(reply -> heard(reply, Duration.ofNanos(System.nanoTime() - start)));
  }

  private void heard(Reply reply, Duration took) {
    breaker.report(reply, took);
    Timer.builder("firstcome.events.attempts")
        .description("attempts to tell the platform, and how long it took to answer")
        .tag("outcome", reply.ending().name().toLowerCase(Locale.ROOT))
        .register(meters)
        .record(took);
  }

  private Mono<List<Verdict<Outcome>>> settle(List<Outcome> batch) {
    return repository
        .settle(batch)
        .doOnNext(settled -> batch.forEach(outcome -> logIfDead(outcome, settled)))
        .map(settled -> batch.stream().map(outcome -> Verdict.done(outcome)).toList());
  }

  private static void logIfDead(Outcome outcome, Map<UUID, EventStatus> settled) {
    OutboxEvent event = outcome.leased().event();
    if (settled.get(event.id()) == EventStatus.DEAD) {
      log.warn("{}, id {}: dead, {}", event.type(), event.id(), outcome.lastError());
    }
  }
}
