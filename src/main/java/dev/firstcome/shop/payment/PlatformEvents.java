package dev.firstcome.shop.payment;

import static dev.firstcome.infra.postgres.Columns.uuids;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import dev.firstcome.engine.outbox.OutboxConsumer;
import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.engine.webhook.ConditionalOnPlatform;
import dev.firstcome.engine.webhook.Webhooks;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.shop.order.Orders;
import dev.firstcome.shop.order.Refund;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Tells the external data platform of payments and refunds. */
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
  private final Orders orders;

  PlatformEvents(Webhooks webhooks, Database database, Orders orders) {
    this.webhooks = webhooks;
    this.database = database;
    this.orders = orders;
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
    return Mono.zip(
        payments(of(Payment.COMPLETED, events)),
        refunds(of(Refunding.REFUNDED, events)),
        PlatformEvents::union);
  }

  private static List<OutboxEvent> of(String type, List<OutboxEvent> events) {
    return events.stream().filter(event -> event.type().equals(type)).toList();
  }

  private Mono<Map<UUID, Object>> payments(List<OutboxEvent> events) {
    return events.isEmpty()
        ? Mono.just(Map.of())
        : database
            .list(DATA, Line::of, (Object) uuids(events, OutboxEvent::subject))
            .map(lines -> lines.stream().collect(groupingBy(Line::paymentId)))
            .map(lines -> byEvent(events, lines, Completed::of));
  }

  private Mono<Map<UUID, Object>> refunds(List<OutboxEvent> events) {
    return events.isEmpty()
        ? Mono.just(Map.of())
        : orders
            .refunds(events.stream().map(OutboxEvent::subject).toList())
            .map(refunds -> refunds.stream().collect(toMap(Refund::id, Refunded::of)))
            .map(refunds -> byEvent(events, refunds, refund -> refund));
  }

  private static <D> Map<UUID, Object> byEvent(
      List<OutboxEvent> events, Map<UUID, D> bySubject, Function<D, Object> body) {
    Map<UUID, Object> data = new HashMap<>();
    for (OutboxEvent event : events) {
      D mine = bySubject.get(event.subject());
      if (mine != null) {
        data.put(event.id(), body.apply(mine));
      }
    }
    return data;
  }

  private static Map<UUID, Object> union(Map<UUID, Object> some, Map<UUID, Object> others) {
    Map<UUID, Object> all = new HashMap<>(some);
    all.putAll(others);
    return all;
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

  /** What the platform hears of a refund. */
  record Refunded(
      UUID refundId,
      UUID paymentId,
      UUID orderId,
      String userId,
      long amount,
      Instant refundedAt,
      List<Refund.Item> items) {

    static Refunded of(Refund refund) {
      return new Refunded(
          refund.id(),
          refund.paymentId(),
          refund.orderId(),
          refund.userId(),
          refund.amount(),
          refund.createdAt(),
          refund.items());
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
