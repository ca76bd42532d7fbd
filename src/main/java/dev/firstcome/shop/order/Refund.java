package dev.firstcome.shop.order;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Units of a paid order that were given back, and what they had cost; it never changes.
 *
 * @param id derived from what makes it happen, so that it happens once
 * @param userId whose order it is
 * @param amount in won: the sum of the items'
 * @param items sorted by product id; never empty
 * @param restock whether the units can be sold again; else they are written off
 * @param reason null: the order was cancelled
 * @param by the user id of the one who made it
 */
public record Refund(
    UUID id,
    UUID orderId,
    UUID paymentId,
    String userId,
    long amount,
    List<Item> items,
    boolean restock,
    @Nullable String reason,
    String by,
    Instant createdAt) {

  /**
   * Some units of one line.
   *
   * @param amount in won
   */
  public record Item(long productId, long quantity, long amount) {}

  Refund withItems(List<Item> read) {
    return new Refund(id, orderId, paymentId, userId, amount, read, restock, reason, by, createdAt);
  }

  /**
   * An order as a refund leaves it.
   *
   * @param before without the refund
   * @param order with it
   */
  public record Outcome(Order before, Order order, Refund refund) {}
}
