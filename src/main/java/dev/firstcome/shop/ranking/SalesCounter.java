package dev.firstcome.shop.ranking;

import static dev.firstcome.infra.postgres.Columns.longs;
import static dev.firstcome.infra.postgres.Columns.uuids;

import dev.firstcome.engine.outbox.ExactlyOnce;
import dev.firstcome.engine.outbox.OutboxConsumer;
import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.infra.postgres.Session;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Counts what was paid and what was refunded, each exactly once and in the minute of the payment.
 * The subject of an event is the payment or the refund.
 */
@Component
class SalesCounter implements OutboxConsumer {

  /** Its subject is the refund. */
  private static final String REFUND = "order.refunded";

  private final ExactlyOnce exactlyOnce;
  private final SalesSql sales;
  private final SalesProjector projector;

  SalesCounter(ExactlyOnce exactlyOnce, SalesSql sales, SalesProjector projector) {
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
    Map<Boolean, List<OutboxEvent>> told =
        events.stream().collect(Collectors.partitioningBy(e -> e.type().equals(REFUND)));
    List<OutboxEvent> payments = told.getOrDefault(false, List.of());
    return sales
        .count(
            session,
            uuids(payments, OutboxEvent::subject),
            longs(payments, e -> (long) sign(e.type())),
            uuids(told.getOrDefault(true, List.of()), OutboxEvent::subject))
        .filter(found -> found == events.size())
        .switchIfEmpty(Mono.error(() -> new IllegalStateException("no such payment or refund")))
        .then();
  }

  /** The last release told of a refund by its payment, of which all went back. */
  private static int sign(String type) {
    return switch (type) {
      case "payment.completed" -> 1;
      case "payment.refunded" -> -1;
      default -> throw new IllegalArgumentException("neither a payment nor a refund: " + type);
    };
  }
}
