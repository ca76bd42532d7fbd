package dev.firstcome.shop.payment;

import static java.util.Objects.requireNonNull;

import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.RequestName;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.Order.Status;
import dev.firstcome.shop.order.OrderLine;
import dev.firstcome.shop.order.OrderRefusal;
import dev.firstcome.shop.order.Refund;
import dev.firstcome.shop.point.PointEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rule of refunding: pure. Units go back for what they cost, and nothing that is kept is priced
 * again.
 */
final class Refunding {

  /** The event that tells the platform of a refund. */
  static final String REFUNDED = "payment.refunded";

  private Refunding() {}

  /**
   * Somebody gives units of an order back to its user.
   *
   * @param id the refund's, derived from the request
   * @param units by product id; null: all that are left
   * @param by the user id of the one who asks
   */
  record RefundOrder(
      UUID id,
      UUID orderId,
      @Nullable SortedMap<Long, Long> units,
      boolean restock,
      String reason,
      String by) {}

  /** More of a product than there is left to give back. */
  record Excess(long productId, long requested, long refundable) {}

  /**
   * @param order as locked, with its lines
   * @throws Refused {@code ORDER_NOT_REFUNDABLE}, {@code REFUND_EXCEEDS_ORDER}
   */
  static Refund.Outcome decide(RefundOrder wanted, Order order, Instant now) {
    if (order.status() != Status.PAID) {
      throw OrderRefusal.ORDER_NOT_REFUNDABLE.refused("orderStatus", order.status());
    }
    SortedMap<Long, Long> left = left(order);
    SortedMap<Long, Long> units = wanted.units == null ? left : wanted.units;
    List<Excess> excess = new ArrayList<>();
    units.forEach(
        (product, number) -> {
          long refundable = left.getOrDefault(product, 0L);
          if (number > refundable) {
            excess.add(new Excess(product, number, refundable));
          }
        });
    if (!excess.isEmpty()) {
      throw OrderRefusal.REFUND_EXCEEDS_ORDER.refused("items", List.copyOf(excess));
    }
    return refunded(order, units, wanted.id, wanted.restock, wanted.reason, wanted.by, now);
  }

  /** All that is left of a paid order goes back and is sold again: its cancellation. */
  static Refund.Outcome cancel(Order order, String by, Instant now) {
    UUID id = RequestName.of("refund", order.id().toString());
    return refunded(order, left(order), id, true, null, by, now);
  }

  private static SortedMap<Long, Long> left(Order order) {
    SortedMap<Long, Long> left = new TreeMap<>();
    for (OrderLine line : order.lines()) {
      if (line.kept() > 0) {
        left.put(line.productId(), line.kept());
      }
    }
    return left;
  }

  private static Refund.Outcome refunded(
      Order order,
      Map<Long, Long> units,
      UUID id,
      boolean restock,
      @Nullable String reason,
      String by,
      Instant now) {
    List<Refund.Item> items =
        order.lines().stream()
            .filter(line -> units.containsKey(line.productId()))
            .map(line -> line.refund(requireNonNull(units.get(line.productId()))))
            .toList();
    long amount = items.stream().mapToLong(Refund.Item::amount).sum();
    UUID payment = requireNonNull(order.paymentId(), "a paid order has a payment");
    Refund refund =
        new Refund(
            id, order.id(), payment, order.userId(), amount, items, restock, reason, by, now);
    return new Refund.Outcome(order, order.refundedBy(refund), refund);
  }

  /**
   * What it does to the balance: nothing at all if the units had cost nothing, as the ledger has no
   * entries of zero. There is no limit: whatever the balance is, what was paid comes back.
   */
  static Stream<PointEntry> entries(Refund refund, long balance) {
    return refund.amount() == 0
        ? Stream.empty()
        : Stream.of(
            PointEntry.refund(
                refund.id(),
                refund.orderId(),
                refund.userId(),
                refund.amount(),
                balance + refund.amount(),
                refund.createdAt()));
  }
}
