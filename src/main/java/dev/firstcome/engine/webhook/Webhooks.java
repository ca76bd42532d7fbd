package dev.firstcome.engine.webhook;

import dev.firstcome.engine.batch.LookBack;
import dev.firstcome.engine.outbox.OutboxConsumer.Round;
import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Delivers to a platform outside, at least once. An event is leased, sent, and then settled, so
 * that nothing in the database is held meanwhile.
 */
@Component
@ConditionalOnPlatform
public class Webhooks {

  /** After which a turn begins no further attempt: it is over one attempt later at the latest. */
  private static final Duration TURN = Duration.ofSeconds(2);

  private final WebhookSql repository;
  private final WebhookAttempt attempt;
  private final WebhookBreaker breaker;
  private final WebhookSettings settings;
  private final LookBack look = new LookBack(System::nanoTime);

  Webhooks(
      WebhookSql repository,
      WebhookAttempt attempt,
      WebhookBreaker breaker,
      WebhookSettings settings) {
    this.repository = repository;
    this.attempt = attempt;
    this.breaker = breaker;
    this.settings = settings;
  }

  /**
   * @param data of a few events together, by event id: the member {@code data} of each body. An
   *     event without any is dead
   */
  public Mono<Round> deliver(
      Consumer consumer, int limit, Function<List<OutboxEvent>, Mono<Map<UUID, Object>>> data) {
    return Mono.defer(() -> new Turn(consumer, limit, data).run());
  }

  /** An event with what is to be sent; null if there is nothing. */
  private record Ready(Leased leased, @Nullable Object data) {}

  /**
   * Pages of events flow into a bounded number of attempts, so that a slow one holds up its own
   * place only. At most three pages wait for a place, and for less than their leases last.
   */
  private final class Turn {

    private final Consumer consumer;
    private final int limit;
    private final Function<List<OutboxEvent>, Mono<Map<UUID, Object>>> data;
    private final long end = System.nanoTime() + TURN.toNanos();
    private final AtomicInteger delivered = new AtomicInteger();
    private volatile int taken;
    private volatile boolean more = true;

    Turn(Consumer consumer, int limit, Function<List<OutboxEvent>, Mono<Map<UUID, Object>>> data) {
      this.consumer = consumer;
      this.limit = limit;
      this.data = data;
    }

    Mono<Round> run() {
      return Mono.defer(this::page)
          .repeat(() -> more)
          .flatMapIterable(page -> page, 1)
          .flatMapDelayError(this::send, settings.inFlight(), 1)
          .then(Mono.fromSupplier(() -> new Round(taken, delivered.get())));
    }

    private Mono<List<Ready>> page() {
      more = false;
      if (isOver() || taken >= limit || !breaker.admits()) {
        return Mono.just(List.of());
      }
      int wanted = breaker.isProbing() ? 1 : Math.min(settings.inFlight(), limit - taken);
      return repository
          .take(consumer, settings.lease(), wanted, look.next())
          .doOnNext(leased -> took(leased.size(), wanted))
          .flatMap(this::withData)
          .doOnError(failure -> breaker.returnPermit());
    }

    private boolean isOver() {
      return System.nanoTime() - end > 0;
    }

    /** One permit was acquired, for the first; more are there for the asking unless it probes. */
    private void took(int number, int wanted) {
      taken += number;
      more = number == wanted;
      look.done(!more);
      if (number == 0) {
        breaker.returnPermit();
      }
    }

    private Mono<List<Ready>> withData(List<Leased> page) {
      return page.isEmpty()
          ? Mono.just(List.of())
          : data.apply(page.stream().map(Leased::event).toList())
              .map(all -> page.stream().map(l -> new Ready(l, all.get(l.event().id()))).toList());
    }

    private Mono<Void> send(Ready ready) {
      if (breaker.isOpen() || isOver()) {
        return attempt.release(ready.leased);
      }
      return attempt
          .make(ready.leased, ready.data)
          .doOnNext(good -> delivered.addAndGet(good ? 1 : 0))
          .then();
    }
  }
}
