package dev.firstcome.order;

import dev.firstcome.batch.RequestName;
import dev.firstcome.batch.Verdict;
import dev.firstcome.coupon.CouponRefusal;
import dev.firstcome.coupon.IssuedCoupon;
import dev.firstcome.problem.CommonRefusal;
import dev.firstcome.problem.Refused;
import dev.firstcome.product.ProductRefusal;
import dev.firstcome.stock.StockRefusal;
import dev.firstcome.stock.StockRefusal.Short;
import dev.firstcome.stock.StockedProduct;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rule of ordering, over a batch: pure, in the order of arrival. Each order sees the stock and
 * the coupons that the ones before it have left.
 */
final class Placing {

  /**
   * Somebody wants to order.
   *
   * @param id derived from (user, Idempotency-Key)
   * @param units by product id, in ascending order
   * @param at when they asked
   */
  record Wish(
      UUID id,
      String userId,
      SortedMap<Long, Long> units,
      @Nullable UUID issuedCouponId,
      UUID fingerprint,
      Instant at) {

    static Wish of(
        String userId,
        String key,
        SortedMap<Long, Long> units,
        @Nullable UUID issuedCouponId,
        Instant at) {
      UUID id = RequestName.of("order", userId, key);
      UUID fingerprint = RequestName.of("wish", units.toString(), String.valueOf(issuedCouponId));
      return new Wish(id, userId, units, issuedCouponId, fingerprint, at);
    }
  }

  /**
   * What the decision rests on, as locked and read.
   *
   * @param stock the products wanted; a missing one does not exist
   * @param coupons the coupons to be used, by id; a missing one is not the user's
   * @param orders those of the orders that exist already, by id
   */
  record State(
      Map<Long, StockedProduct> stock, Map<UUID, IssuedCoupon> coupons, Map<UUID, Order> orders) {}

  private final Map<Long, StockedProduct> stock;
  private final Map<UUID, IssuedCoupon> coupons;
  private final Map<UUID, Order> orders;
  private final Duration paymentWindow;

  private Placing(State state, Duration paymentWindow) {
    this.stock = new HashMap<>(state.stock());
    this.coupons = new HashMap<>(state.coupons());
    this.orders = new HashMap<>(state.orders());
    this.paymentWindow = paymentWindow;
  }

  /** A verdict for each wish, in order; the ones done and not replayed are to be written. */
  static List<Verdict<Order>> decide(List<Wish> wishes, State state, Duration paymentWindow) {
    Placing placing = new Placing(state, paymentWindow);
    List<Verdict<Order>> verdicts = new ArrayList<>(wishes.size());
    for (Wish wish : wishes) {
      verdicts.add(placing.decide(wish));
    }
    return verdicts;
  }

  private Verdict<Order> decide(Wish wish) {
    Order known = orders.get(wish.id());
    if (known != null) {
      return known.fingerprint().equals(wish.fingerprint())
          ? Verdict.replayed(known)
          : Verdict.no(CommonRefusal.IDEMPOTENCY_KEY_REUSED.refused());
    }
    Refused refused = refuseProducts(wish);
    if (refused != null) {
      return Verdict.no(refused);
    }
    List<OrderLine> lines = lines(wish);
    long subtotal = lines.stream().mapToLong(OrderLine::amount).sum();
    refused = refuseCoupon(wish, subtotal);
    return refused != null ? Verdict.no(refused) : Verdict.done(place(wish, lines, subtotal));
  }

  private @Nullable Refused refuseProducts(Wish wish) {
    List<Short> shortages = new ArrayList<>();
    for (Map.Entry<Long, Long> line : wish.units().entrySet()) {
      StockedProduct product = stock.get(line.getKey());
      if (product == null) {
        return ProductRefusal.PRODUCT_NOT_FOUND.refused();
      }
      if (!product.onSale()) {
        return ProductRefusal.PRODUCT_NOT_ON_SALE.refused("productId", product.productId());
      }
      if (product.quantity() < line.getValue()) {
        shortages.add(new Short(product.productId(), line.getValue(), product.quantity()));
      }
    }
    return shortages.isEmpty() ? null : insufficient(shortages);
  }

  private @Nullable Refused refuseCoupon(Wish wish, long subtotal) {
    if (wish.issuedCouponId() == null) {
      return null;
    }
    IssuedCoupon coupon = coupons.get(wish.issuedCouponId());
    if (coupon == null || !coupon.userId().equals(wish.userId())) {
      return CouponRefusal.ISSUED_COUPON_NOT_FOUND.refused();
    }
    IssuedCoupon.Unusable reason = coupon.unusableFor(subtotal, wish.at());
    return reason == null ? null : CouponRefusal.COUPON_NOT_USABLE.refused("reason", reason);
  }

  private List<OrderLine> lines(Wish wish) {
    List<OrderLine> lines = new ArrayList<>(wish.units().size());
    wish.units()
        .forEach(
            (id, units) -> {
              StockedProduct product = known(stock, id);
              lines.add(new OrderLine(id, product.name(), product.price(), units));
            });
    return lines;
  }

  private Order place(Wish wish, List<OrderLine> lines, long subtotal) {
    long discount = 0;
    if (wish.issuedCouponId() != null) {
      IssuedCoupon coupon = known(coupons, wish.issuedCouponId());
      discount = coupon.coupon().discount().of(subtotal);
      coupons.put(coupon.id(), coupon.usedBy(wish.id(), wish.at()));
    }
    wish.units().forEach((id, units) -> stock.put(id, known(stock, id).less(units)));
    Order order =
        new Order(
            wish.id(),
            wish.userId(),
            Order.Status.PENDING,
            lines,
            subtotal,
            discount,
            subtotal - discount,
            wish.issuedCouponId(),
            null,
            wish.fingerprint(),
            wish.at(),
            wish.at().plus(paymentWindow));
    orders.put(order.id(), order);
    return order;
  }

  static Refused insufficient(List<Short> shortages) {
    return StockRefusal.INSUFFICIENT_STOCK.refused("items", List.copyOf(shortages));
  }

  private static <K, V> V known(Map<K, V> map, K key) {
    V value = map.get(key);
    if (value == null) {
      throw new IllegalStateException("checked before: " + key);
    }
    return value;
  }
}
