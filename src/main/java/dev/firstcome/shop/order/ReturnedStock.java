package dev.firstcome.shop.order;

import dev.firstcome.engine.outbox.ExactlyOnce;
import dev.firstcome.engine.outbox.OutboxConsumer;
import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.stock.StockGate;
import io.r2dbc.spi.R2dbcException;
import java.io.IOException;
import java.util.List;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Makes the gate read again what a closed order has given back, so that it is sold and not only
 * there. Reading twice is as good as once. The subject of every event is the order.
 */
@Component
class ReturnedStock implements OutboxConsumer {

  private final ExactlyOnce exactlyOnce;
  private final OrderSql repository;
  private final StockGate gate;

  ReturnedStock(ExactlyOnce exactlyOnce, OrderSql repository, StockGate gate) {
    this.exactlyOnce = exactlyOnce;
    this.repository = repository;
    this.gate = gate;
  }

  @Override
  public Consumer consumer() {
    return Consumer.STOCK_GATE;
  }

  @Override
  public Mono<Round> deliver(int limit) {
    return exactlyOnce.deliver(Consumer.STOCK_GATE, limit, this::refresh);
  }

  private Mono<Void> refresh(Session session, List<OutboxEvent> events) {
    return repository
        .productsOf(session, events.stream().map(OutboxEvent::subject).toList())
        .flatMap(products -> gate.refreshed(session, products))
        // No event's fault: the relay pauses and tries them all again.
        .onErrorMap(
            failure -> !(failure instanceof R2dbcException),
            away -> new IOException("the gate is away", away));
  }
}
