package dev.firstcome.engine.outbox;

import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.engine.outbox.OutboxSql.Sample;
import dev.firstcome.infra.jobs.PeriodicJobs;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Watches how far behind the consumers are and what keeps dead rows, and clears away what has been
 * delivered.
 */
@Component
class OutboxUpkeep {

  private static final Duration SAMPLE_INTERVAL = Duration.ofSeconds(5);
  private static final Duration CLEAN_INTERVAL = Duration.ofMinutes(1);

  /** Counting further would cost more than the number is worth: it means "at least". */
  private static final int COUNT_LIMIT = 100_000;

  /** Rows deleted in one statement: locks and dead rows of a moment. */
  private static final int CLEAN_LIMIT = 1000;

  private static final List<Consumer> CONSUMERS = Arrays.asList(Consumer.values());

  private final OutboxSql outbox;
  private final OutboxSettings settings;
  private final OldestSnapshot snapshots;
  private final Map<Consumer, Sample> latest = new ConcurrentHashMap<>();

  OutboxUpkeep(
      OutboxSql outbox,
      OldestSnapshot snapshots,
      OutboxSettings settings,
      PeriodicJobs loops,
      MeterRegistry meters) {
    this.outbox = outbox;
    this.snapshots = snapshots;
    this.settings = settings;
    CONSUMERS.forEach(consumer -> register(consumer, meters));
    loops.add("outbox gauges", SAMPLE_INTERVAL, Mono.defer(this::sample));
    loops.add("outbox cleaning", CLEAN_INTERVAL, Mono.defer(this::clean));
  }

  Mono<Boolean> sample() {
    return snapshots
        .look()
        .then(Mono.defer(() -> outbox.sample(CONSUMERS, COUNT_LIMIT)))
        .doOnNext(all -> all.forEach(sample -> latest.put(sample.consumer(), sample)))
        .thenReturn(false);
  }

  /** Emits whether there is more to delete. */
  Mono<Boolean> clean() {
    return outbox
        .deleteDelivered(settings.retention(), CLEAN_LIMIT)
        .map(deleted -> deleted == CLEAN_LIMIT);
  }

  private void register(Consumer consumer, MeterRegistry meters) {
    Gauge.builder("firstcome.outbox.backlog", () -> backlog(consumer))
        .description("events to be delivered, put off or not; counted up to " + COUNT_LIMIT)
        .tag("consumer", consumer.name())
        .register(meters);
    TimeGauge.builder("firstcome.outbox.lag", () -> lag(consumer), TimeUnit.SECONDS)
        .description("for how long the oldest due event has been due")
        .tag("consumer", consumer.name())
        .register(meters);
    if (consumer != Consumer.PLATFORM) {
      // The platform's trouble shows as backlog, lag and breaker.
      Gauge.builder("firstcome.jobs.set.aside", () -> putOff(consumer))
          .description("rows that a background job could not do and will try again")
          .tag("job", Relay.name(consumer))
          .register(meters);
    }
  }

  private long putOff(Consumer consumer) {
    Sample sample = latest.get(consumer);
    return sample == null ? 0 : sample.putOff();
  }

  private long backlog(Consumer consumer) {
    Sample sample = latest.get(consumer);
    return sample == null ? 0 : sample.backlog();
  }

  private double lag(Consumer consumer) {
    Sample sample = latest.get(consumer);
    Double lag = sample == null ? null : sample.lag();
    return lag == null ? 0 : lag;
  }
}
