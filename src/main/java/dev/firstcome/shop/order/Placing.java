package dev.firstcome.shop.order;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.RequestName;
import dev.firstcome.shop.coupon.CouponRefusal;
import dev.firstcome.shop.coupon.IssuedCoupon;
import dev.firstcome.shop.drop.Drop;
import dev.firstcome.shop.drop.DropRefusal;
import dev.firstcome.shop.drop.Offer;
import dev.firstcome.shop.line.Turns;
import dev.firstcome.shop.order.Purchases.Count;
import dev.firstcome.shop.order.Purchases.Unpaid;
import dev.firstcome.shop.product.ProductRefusal;
import dev.firstcome.shop.stock.StockRefusal;
import dev.firstcome.shop.stock.StockRefusal.Shortage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rule of ordering, over a batch: pure, in the order of arrival. Each order sees the stock, the
 * coupons and the purchases that the ones before it have left.
 */
final class Placing {

  /**
   * Somebody wants to order.
   *
   * @param id derived from (user, Idempotency-Key)
   * @param units by product id, in ascending order
   * @param expectedTotal in won, as the client showed it; null: any
   */
  record PlaceOrder(
      UUID id,
      String userId,
      SortedMap<Long, Long> units,
      @Nullable UUID issuedCouponId,
      @Nullable Long expectedTotal,
      UUID fingerprint) {

    static PlaceOrder of(
        String userId,
        String key,
        SortedMap<Long, Long> units,
        @Nullable UUID issuedCouponId,
        @Nullable Long expectedTotal) {
      UUID id = RequestName.of("order", userId, key);
      String coupon = String.valueOf(issuedCouponId);
      // Orders that were made before a total could be expected have the shorter name.
      UUID fingerprint =
          expectedTotal == null
              ? RequestName.of("wish", units.toString(), coupon)
              : RequestName.of("wish", units.toString(), coupon, expectedTotal.toString());
      return new PlaceOrder(id, userId, units, issuedCouponId, expectedTotal, fingerprint);
    }
  }

  /**
   * What the decision rests on, as locked and read.
   *
   * @param stock units of the products wanted; a missing one does not exist
   * @param offers the terms of those products
   * @param turns of those users who order in a drop with a line
   * @param purchases of the users, as far as a limit speaks of them
   * @param coupons the coupons to be used, by id; a missing one is not the user's
   * @param orders those of the orders that exist already, by id
   * @param now by PostgreSQL's clock, under the locks
   */
  record State(
      Map<Long, Long> stock,
      Map<Long, Offer> offers,
      Turns turns,
      Purchases.Read purchases,
      Map<UUID, IssuedCoupon> coupons,
      Map<UUID, Order> orders,
      Instant now) {}

  private final Map<Long, Long> stock;
  private final Map<Long, Offer> offers;
  private final Turns turns;
  private final Purchases purchases;
  private final Map<UUID, IssuedCoupon> coupons;
  private final Map<UUID, Order> orders;
  private final Instant now;
  private final OrderSettings settings;

  private Placing(State state, OrderSettings settings) {
    this.stock = new HashMap<>(state.stock());
    this.offers = state.offers();
    this.turns = state.turns();
    this.purchases = new Purchases(state.purchases());
    this.coupons = new HashMap<>(state.coupons());
    this.orders = new HashMap<>(state.orders());
    this.now = state.now();
    this.settings = settings;
  }

  /** A verdict for each wish, in order; the ones done and not replayed are to be written. */
  static List<Verdict<Order>> decide(List<PlaceOrder> wishes, State state, OrderSettings settings) {
    Placing placing = new Placing(state, settings);
    List<Verdict<Order>> verdicts = new ArrayList<>(wishes.size());
    for (PlaceOrder wish : wishes) {
      verdicts.add(placing.decide(wish));
    }
    return verdicts;
  }

  private Verdict<Order> decide(PlaceOrder wish) {
    Order known = orders.get(wish.id());
    if (known != null) {
      return known.fingerprint().equals(wish.fingerprint())
          ? Verdict.replayed(known)
          : Verdict.no(CommonRefusal.IDEMPOTENCY_KEY_REUSED.refused());
    }
    Refused refused = refuse(wish);
    if (refused != null) {
      return Verdict.no(refused);
    }
    List<OrderLine> lines = lines(wish);
    long subtotal = lines.stream().mapToLong(OrderLine::amount).sum();
    refused = refuseCoupon(wish, subtotal);
    if (refused != null) {
      return Verdict.no(refused);
    }
    long total = subtotal - discount(wish, subtotal);
    return wish.expectedTotal() == null || wish.expectedTotal() == total
        ? Verdict.done(place(wish, lines, subtotal, total))
        : Verdict.no(
            OrderRefusal.PRICE_CHANGED.refused(
                "expectedTotal", wish.expectedTotal(), "total", total));
  }

  /** One kind after the other: what is not there is said before what is not sold. */
  private @Nullable Refused refuse(PlaceOrder wish) {
    Refused refused = refuseProducts(wish);
    refused = refused == null ? refuseDrops(wish) : refused;
    refused = refused == null ? refuseTurns(wish) : refused;
    refused = refused == null ? refuseLimits(wish) : refused;
    refused = refused == null ? refusePending(wish) : refused;
    return refused == null ? refuseStock(wish) : refused;
  }

  private @Nullable Refused refuseProducts(PlaceOrder wish) {
    for (Long product : wish.units().keySet()) {
      if (!stock.containsKey(product) || !offers.containsKey(product)) {
        return ProductRefusal.PRODUCT_NOT_FOUND.refused();
      }
    }
    for (Long product : wish.units().keySet()) {
      if (!known(offers, product).onSale()) {
        return ProductRefusal.PRODUCT_NOT_ON_SALE.refused("productId", product);
      }
    }
    return null;
  }

  private @Nullable Refused refuseDrops(PlaceOrder wish) {
    for (Long product : wish.units().keySet()) {
      Drop drop = known(offers, product).drop();
      if (drop != null && drop.status(now) != Drop.Status.OPEN) {
        return DropRefusal.notOpen(drop, now);
      }
    }
    return null;
  }

  private @Nullable Refused refuseTurns(PlaceOrder wish) {
    Refused refused = null;
    for (Long product : wish.units().keySet()) {
      Drop drop = known(offers, product).drop();
      if (refused == null && drop != null && drop.line() != null) {
        refused = turns.refuse(wish.userId(), drop.id(), now);
      }
    }
    return refused;
  }

  /** A product's own limit, then its drop's, which counts all of the order's lines in it. */
  private @Nullable Refused refuseLimits(PlaceOrder wish) {
    SortedMap<Long, Long> inDrops = new TreeMap<>();
    for (Map.Entry<Long, Long> line : wish.units().entrySet()) {
      Offer offer = known(offers, line.getKey());
      Count count = purchases.ofProduct(wish.userId(), offer.productId());
      if (offer.maxPerUser() != null && !count.allows(offer.maxPerUser(), line.getValue())) {
        return exceeded("productId", offer.productId(), offer.maxPerUser(), count, line.getValue());
      }
      if (offer.drop() != null) {
        inDrops.merge(offer.drop().id(), line.getValue(), Long::sum);
      }
    }
    return inDrops.isEmpty() ? null : refuseDropLimits(wish, inDrops);
  }

  private @Nullable Refused refuseDropLimits(PlaceOrder wish, SortedMap<Long, Long> inDrops) {
    for (Long product : wish.units().keySet()) {
      Drop drop = known(offers, product).drop();
      if (drop != null && drop.maxPerUser() != null) {
        Count count = purchases.ofDrop(wish.userId(), drop.id());
        long requested = known(inDrops, drop.id());
        if (!count.allows(drop.maxPerUser(), requested)) {
          return exceeded("dropId", drop.id(), drop.maxPerUser(), count, requested);
        }
      }
    }
    return null;
  }

  private static Refused exceeded(String what, long id, long limit, Count count, long requested) {
    return OrderRefusal.PURCHASE_LIMIT_EXCEEDED.refused(
        what,
        id,
        "limit",
        limit,
        "bought",
        count.bought(),
        "pending",
        count.pending(),
        "requested",
        requested);
  }

  private @Nullable Refused refusePending(PlaceOrder wish) {
    Unpaid unpaid = purchases.unpaidOf(wish.userId());
    int maximum = settings.maxPending();
    return maximum == 0 || unpaid.number() < maximum
        ? null
        : OrderRefusal.TOO_MANY_PENDING_ORDERS.refused(
            "maximum", maximum, "orderIds", unpaid.ids());
  }

  private @Nullable Refused refuseStock(PlaceOrder wish) {
    List<Shortage> shortages = new ArrayList<>();
    wish.units()
        .forEach(
            (product, units) -> {
              long left = known(stock, product);
              if (left < units) {
                shortages.add(new Shortage(product, units, left));
              }
            });
    return shortages.isEmpty() ? null : insufficient(shortages);
  }

  private @Nullable Refused refuseCoupon(PlaceOrder wish, long subtotal) {
    if (wish.issuedCouponId() == null) {
      return null;
    }
    IssuedCoupon coupon = coupons.get(wish.issuedCouponId());
    if (coupon == null || !coupon.userId().equals(wish.userId())) {
      return CouponRefusal.ISSUED_COUPON_NOT_FOUND.refused();
    }
    IssuedCoupon.Unusable reason = coupon.unusableFor(subtotal, now);
    return reason == null ? null : CouponRefusal.COUPON_NOT_USABLE.refused("reason", reason);
  }

  private long discount(PlaceOrder wish, long subtotal) {
    return wish.issuedCouponId() == null
        ? 0
        : known(coupons, wish.issuedCouponId()).coupon().discount().of(subtotal);
  }

  private List<OrderLine> lines(PlaceOrder wish) {
    List<OrderLine> lines = new ArrayList<>(wish.units().size());
    wish.units()
        .forEach(
            (id, units) -> {
              Offer offer = known(offers, id);
              Long drop = offer.drop() == null ? null : offer.drop().id();
              lines.add(new OrderLine(id, offer.name(), offer.price(), units, drop, 0, 0));
            });
    return lines;
  }

  private Order place(PlaceOrder wish, List<OrderLine> lines, long subtotal, long total) {
    if (wish.issuedCouponId() != null) {
      coupons.computeIfPresent(
          wish.issuedCouponId(), (id, coupon) -> coupon.usedBy(wish.id(), now));
    }
    wish.units().forEach((id, units) -> stock.merge(id, -units, Long::sum));
    Order order =
        new Order(
            wish.id(),
            wish.userId(),
            Order.Status.PENDING,
            OrderLine.split(lines, subtotal - total),
            subtotal,
            subtotal - total,
            total,
            wish.issuedCouponId(),
            null,
            wish.fingerprint(),
            now,
            now.plus(settings.paymentWindow()),
            List.of());
    orders.put(order.id(), order);
    purchases.add(order);
    return order;
  }

  static Refused insufficient(List<Shortage> shortages) {
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
