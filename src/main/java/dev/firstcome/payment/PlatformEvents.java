package dev.firstcome.payment;

import static dev.firstcome.database.Columns.uuids;
import static java.util.stream.Collectors.groupingBy;

import dev.firstcome.database.Database;
import dev.firstcome.outbox.OutboxConsumer;
import dev.firstcome.outbox.OutboxEvent;
import dev.firstcome.outbox.OutboxEvent.Consumer;
import dev.firstcome.webhook.ConditionalOnPlatform;
import dev.firstcome.webhook.Webhooks;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Tells the external data platform of payments. */
@Component
@ConditionalOnPlatform
class PlatformEvents implements OutboxConsumer {

  // A payment's rows never change, so they are as good now as they were when it was made.
  private static final String DATA =
      """
      SELECT p.id, p.order_id, p.user_id, p.amount, p.paid_at,
        i.product_id, i.quantity, i.unit_price * i.quantity AS item_amount
      FROM payments p JOIN order_items i ON i.order_id = p.order_id
      WHERE p.id = ANY($1) ORDER BY p.id, i.product_id
      """;

  private final Webhooks webhooks;
  private final Database database;

  PlatformEvents(Webhooks webhooks, Database database) {
    this.webhooks = webhooks;
    this.database = database;
  }

  @Override
  public Consumer consumer() {
    return Consumer.PLATFORM;
  }

  @Override
  public Mono<Round> deliver(int limit) {
    return webhooks.deliver(Consumer.PLATFORM, limit, this::data);
  }

  private Mono<Map<UUID, Object>> data(List<OutboxEvent> events) {
    List<OutboxEvent> payments =
        events.stream().filter(event -> event.type().equals(Payment.COMPLETED)).toList();
    return database
        .list(DATA, Line::of, (Object) uuids(payments, OutboxEvent::subject))
        .map(lines -> lines.stream().collect(groupingBy(Line::paymentId)))
        .map(lines -> byEvent(payments, lines));
  }

  private static Map<UUID, Object> byEvent(List<OutboxEvent> events, Map<UUID, List<Line>> lines) {
    Map<UUID, Object> data = new HashMap<>();
    for (OutboxEvent event : events) {
      List<Line> mine = lines.get(event.subject());
      if (mine != null) {
        data.put(event.id(), Completed.of(mine));
      }
    }
    return data;
  }

  record Item(long productId, long quantity, long amount) {}

  /** What the platform hears of a payment. */
  record Completed(
      UUID paymentId, UUID orderId, String userId, long amount, Instant paidAt, List<Item> items) {

    static Completed of(List<Line> lines) {
      Line first = lines.get(0);
      return new Completed(
          first.paymentId,
          first.orderId,
          first.userId,
          first.amount,
          first.paidAt,
          lines.stream().map(Line::item).toList());
    }
  }

  /** A payment with one of its items. */
  private record Line(
      UUID paymentId, UUID orderId, String userId, long amount, Instant paidAt, Item item) {

    static Line of(Readable row) {
      return new Line(
          row.get("id", UUID.class),
          row.get("order_id", UUID.class),
          row.get("user_id", String.class),
          row.get("amount", Long.class),
          row.get("paid_at", Instant.class),
          new Item(
              row.get("product_id", Long.class),
              row.get("quantity", Long.class),
              row.get("item_amount", Long.class)));
    }
  }
}
