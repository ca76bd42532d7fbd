package dev.firstcome.ranking;

import static dev.firstcome.database.Columns.longs;
import static dev.firstcome.database.Columns.uuids;

import dev.firstcome.database.Session;
import dev.firstcome.outbox.ExactlyOnce;
import dev.firstcome.outbox.OutboxConsumer;
import dev.firstcome.outbox.OutboxEvent;
import dev.firstcome.outbox.OutboxEvent.Consumer;
import java.util.List;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Counts what was paid and what was refunded, each exactly once and in the minute of the payment.
 * The subject of every event is the payment.
 */
@Component
class SalesCounter implements OutboxConsumer {

  private final ExactlyOnce exactlyOnce;
  private final SalesRepository sales;
  private final SalesProjector projector;

  SalesCounter(ExactlyOnce exactlyOnce, SalesRepository sales, SalesProjector projector) {
    this.exactlyOnce = exactlyOnce;
    this.sales = sales;
    this.projector = projector;
  }

  @Override
  public Consumer consumer() {
    return Consumer.RANKING;
  }

  @Override
  public Mono<Round> deliver(int limit) {
    return exactlyOnce
        .deliver(Consumer.RANKING, limit, this::count)
        .doOnNext(
            round -> {
              if (round.delivered() > 0) {
                projector.wake();
              }
            });
  }

  private Mono<Void> count(Session session, List<OutboxEvent> events) {
    return sales
        .count(
            session, uuids(events, OutboxEvent::subject), longs(events, e -> (long) sign(e.type())))
        .filter(found -> found == events.size())
        .switchIfEmpty(Mono.error(() -> new IllegalStateException("no such payment")))
        .then();
  }

  private static int sign(String type) {
    return switch (type) {
      case "payment.completed" -> 1;
      case "payment.refunded" -> -1;
      default -> throw new IllegalArgumentException("neither a payment nor a refund: " + type);
    };
  }
}
