package dev.firstcome.shop.payment;

import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.refusal.RequestName;
import dev.firstcome.shop.point.PointEntry;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * An order's total, taken from its owner's points; it never changes.
 *
 * @param id derived from (user, Idempotency-Key)
 * @param amount in points: the order's total, which may be 0
 * @param balanceAfter what the user had left
 */
public record Payment(
    UUID id, UUID orderId, String userId, long amount, long balanceAfter, Instant paidAt) {

  /** The event that tells consumers of a payment. */
  public static final String COMPLETED = "payment.completed";

  static UUID idOf(String userId, String key) {
    return RequestName.of("payment", userId, key);
  }

  /** What it does to the balance: nothing at all if there was nothing to pay. */
  Stream<PointEntry> entries() {
    return amount == 0
        ? Stream.empty()
        : Stream.of(PointEntry.use(id, orderId, userId, amount, balanceAfter, paidAt));
  }

  /** The consumers that are told of it, each by an event of its own. */
  Stream<OutboxEvent> events() {
    return Stream.of(Consumer.RANKING, Consumer.PLATFORM)
        .map(consumer -> OutboxEvent.of(consumer, COMPLETED, id, paidAt));
  }
}
