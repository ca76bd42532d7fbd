package dev.firstcome.order;

import dev.firstcome.batch.Loops;
import dev.firstcome.database.Database;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Ends orders that were not paid in time, in batches, on every instance at once: each takes what no
 * other has locked.
 */
@Component
class OrderExpiry {

  private final OrderRepository repository;
  private final OrderClosing closing;
  private final OrderSettings settings;
  private final Database database;
  private final Clock clock;
  private final Counter expired;

  OrderExpiry(
      OrderRepository repository,
      OrderClosing closing,
      OrderSettings settings,
      Database database,
      Clock clock,
      Loops loops,
      MeterRegistry meters) {
    this.repository = repository;
    this.closing = closing;
    this.settings = settings;
    this.database = database;
    this.clock = clock;
    this.expired = meters.counter("firstcome.orders.expired");
    loops.add("order expiry", settings.expiryInterval(), Mono.defer(this::expireSome));
  }

  /** Expires one batch; emits whether there may be more. */
  Mono<Boolean> expireSome() {
    Instant now = clock.instant();
    return database
        .transaction(
            session ->
                repository
                    .lockDue(session, now, settings.expiryBatch())
                    .map(due -> due.stream().map(Order::expired).toList())
                    .flatMap(closed -> closing.close(session, closed, now).thenReturn(closed)))
        .map(this::committed);
  }

  private boolean committed(List<Order> closed) {
    if (!closed.isEmpty()) {
      expired.increment(closed.size());
      closing.committed();
    }
    return closed.size() == settings.expiryBatch();
  }
}
