package dev.firstcome.engine.outbox;

import dev.firstcome.refusal.RequestName;
import java.time.Instant;
import java.util.UUID;

/**
 * Something that has happened, addressed to one consumer. Its data is not copied: the subject's
 * rows never change in what a consumer reads of them.
 *
 * @param id derived from consumer, type and subject, so that telling it twice is noticed
 * @param subject the order, payment or refund that it is about
 */
public record OutboxEvent(
    UUID id, Consumer consumer, String type, UUID subject, Instant createdAt) {

  /** The consumer that is told. Each advances alone. */
  public enum Consumer {
    /** Takes ordered products out of the user's cart. */
    CART,
    /** Counts what was sold, for the best-seller list. */
    RANKING,
    /** Sends payments and refunds to the external data platform. */
    PLATFORM,
    /** Makes the stock gate read a product's quantity again. */
    STOCK_GATE
  }

  public static OutboxEvent of(Consumer consumer, String type, UUID subject, Instant now) {
    UUID id = RequestName.of("event", consumer.name(), type, subject.toString());
    return new OutboxEvent(id, consumer, type, subject, now);
  }

  /** The same event, told of another subject than it is named after. */
  public OutboxEvent about(UUID other) {
    return new OutboxEvent(id, consumer, type, other, createdAt);
  }
}
