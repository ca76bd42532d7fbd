package dev.firstcome.outbox;

import dev.firstcome.batch.Loops;
import dev.firstcome.outbox.OutboxEvent.Consumer;
import dev.firstcome.outbox.OutboxRepository.Sample;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Watches how far behind the consumers are, and clears away what has been delivered. */
@Component
class OutboxUpkeep {

  private static final Duration SAMPLE_INTERVAL = Duration.ofSeconds(5);
  private static final Duration CLEAN_INTERVAL = Duration.ofMinutes(1);

  /** Counting further would cost more than the number is worth: it means "at least". */
  private static final int COUNT_LIMIT = 100_000;

  /** Rows deleted in one statement: locks and dead rows of a moment. */
  private static final int CLEAN_LIMIT = 1000;

  private static final List<Consumer> CONSUMERS = Arrays.asList(Consumer.values());

  private final OutboxRepository outbox;
  private final OutboxSettings settings;
  private final Clock clock;
  private final Map<Consumer, Sample> latest = new ConcurrentHashMap<>();

  OutboxUpkeep(
      OutboxRepository outbox,
      OutboxSettings settings,
      Clock clock,
      Loops loops,
      MeterRegistry meters) {
    this.outbox = outbox;
    this.settings = settings;
    this.clock = clock;
    CONSUMERS.forEach(consumer -> register(consumer, meters));
    loops.add("outbox gauges", SAMPLE_INTERVAL, Mono.defer(this::sample));
    loops.add("outbox cleaning", CLEAN_INTERVAL, Mono.defer(this::clean));
  }

  Mono<Boolean> sample() {
    return outbox
        .sample(CONSUMERS, COUNT_LIMIT)
        .doOnNext(all -> all.forEach(sample -> latest.put(sample.consumer(), sample)))
        .thenReturn(false);
  }

  /** Emits whether there is more to delete. */
  Mono<Boolean> clean() {
    return outbox
        .deleteDeliveredBefore(clock.instant().minus(settings.retention()), CLEAN_LIMIT)
        .map(deleted -> deleted == CLEAN_LIMIT);
  }

  private void register(Consumer consumer, MeterRegistry meters) {
    Gauge.builder("firstcome.outbox.backlog", () -> backlog(consumer))
        .description("events to be delivered, put off or not; counted up to " + COUNT_LIMIT)
        .tag("consumer", consumer.name())
        .register(meters);
    TimeGauge.builder("firstcome.outbox.lag", () -> lagMillis(consumer), TimeUnit.MILLISECONDS)
        .description("for how long the oldest due event has been due")
        .tag("consumer", consumer.name())
        .register(meters);
  }

  private long backlog(Consumer consumer) {
    Sample sample = latest.get(consumer);
    return sample == null ? 0 : sample.backlog();
  }

  private long lagMillis(Consumer consumer) {
    Sample sample = latest.get(consumer);
    Instant due = sample == null ? null : sample.firstDue();
    return due == null ? 0 : Math.max(0, Duration.between(due, clock.instant()).toMillis());
  }
}
