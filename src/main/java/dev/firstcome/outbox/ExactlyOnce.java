package dev.firstcome.outbox;

import dev.firstcome.batch.Failure;
import dev.firstcome.database.Database;
import dev.firstcome.database.DatabaseFailures;
import dev.firstcome.database.Session;
import dev.firstcome.outbox.OutboxConsumer.Round;
import dev.firstcome.outbox.OutboxEvent.Consumer;
import java.time.Clock;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Delivers to a consumer whose whole effect is in PostgreSQL: the effect and the end of the event
 * are one transaction, so an event has its effect exactly once however often delivery is tried, and
 * on however many instances.
 *
 * <p>When a batch fails on account of what is in it, its halves are tried by themselves, down to
 * the event at fault. That one is put off, and holds up no other.
 */
@Component
public class ExactlyOnce {

  private static final Logger log = LoggerFactory.getLogger(ExactlyOnce.class);

  /** Characters of a failure that are kept with its event. */
  private static final int ERROR_LENGTH = 500;

  private final OutboxRepository outbox;
  private final Database database;
  private final Clock clock;

  ExactlyOnce(OutboxRepository outbox, Database database, Clock clock) {
    this.outbox = outbox;
    this.database = database;
    this.clock = clock;
  }

  /**
   * @param effect of a few events together, within the given transaction; it must fail if one of
   *     them is none that it understands
   */
  public Mono<Round> deliver(
      Consumer consumer, int limit, BiFunction<Session, List<OutboxEvent>, Mono<Void>> effect) {
    return attempt(session -> outbox.take(session, consumer, clock.instant(), limit), effect);
  }

  private Mono<Round> attempt(
      Function<Session, Mono<List<OutboxEvent>>> take,
      BiFunction<Session, List<OutboxEvent>, Mono<Void>> effect) {
    return database
        .transaction(
            session -> take.apply(session).flatMap(events -> apply(session, events, effect)))
        .onErrorResume(Undelivered.class, failure -> recover(failure, effect));
  }

  private Mono<Round> apply(
      Session session,
      List<OutboxEvent> events,
      BiFunction<Session, List<OutboxEvent>, Mono<Void>> effect) {
    if (events.isEmpty()) {
      return Mono.just(Round.NOTHING);
    }
    return Mono.defer(() -> effect.apply(session, events))
        .onErrorMap(failure -> new Undelivered(events, failure))
        .then(Mono.defer(() -> outbox.finish(session, events)))
        .thenReturn(new Round(events.size(), events.size()));
  }

  private Mono<Round> recover(
      Undelivered failure, BiFunction<Session, List<OutboxEvent>, Mono<Void>> effect) {
    List<OutboxEvent> events = failure.events;
    if (events.size() == 1) {
      return putOff(events.get(0), failure.cause);
    }
    if (DatabaseFailures.classify(failure.cause) != Failure.POISONED) {
      // Nobody's fault, or a time limit: the relay tries again later, with fewer at a time.
      return Mono.error(failure.cause);
    }
    int half = events.size() / 2;
    List<OutboxEvent> second = events.subList(half, events.size());
    return attempt(session -> outbox.takeThese(session, events.subList(0, half)), effect)
        .flatMap(
            first ->
                attempt(session -> outbox.takeThese(session, second), effect).map(first::plus));
  }

  private Mono<Round> putOff(OutboxEvent event, Throwable failure) {
    log.warn("{} for {}, id {}: put off", event.type(), event.consumer(), event.id(), failure);
    String why = failure.toString();
    return outbox
        .putOff(event.id(), why.substring(0, Math.min(why.length(), ERROR_LENGTH)), clock.instant())
        .thenReturn(new Round(1, 0));
  }

  /** Carries the events out of the transaction that failed over them. */
  private static final class Undelivered extends RuntimeException {

    private static final long serialVersionUID = 1L;

    final transient List<OutboxEvent> events;
    final Throwable cause;

    Undelivered(List<OutboxEvent> events, Throwable cause) {
      super(null, cause, false, false);
      this.events = events;
      this.cause = cause;
    }
  }
}
