package dev.firstcome.simulation;

import static java.util.Objects.requireNonNull;

import dev.firstcome.refusal.Refused;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.stock.StockRefusal.Shortage;
import dev.firstcome.simulation.PostgresServer.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Holds what a client is told for good against what was committed meanwhile: sold out only where
 * nothing was left, and of an order only what it had come to.
 */
final class Truth {

  static final String FINAL_NO = "a final no was true";
  static final String STATUS_DECIDED = "a status is shown when it is decided, and a last one stays";
  static final String REFUSED_IS_OVER = "nothing is committed after its caller was refused";
  static final String REFUNDS_ALWAYS = "what was paid can always be given back";

  private static final Map<Order.Status, Set<Order.Status>> NEXT =
      Map.of(
          Order.Status.PENDING,
          Set.of(Order.Status.PAID, Order.Status.CANCELLED, Order.Status.EXPIRED),
          Order.Status.PAID,
          Set.of(Order.Status.REFUNDED));

  private final World world;
  private final PostgresServer db;
  private final Limits limits;
  private final List<String> violations = new ArrayList<>();

  Truth(World world, PostgresServer db, Limits limits) {
    this.world = world;
    this.db = db;
    this.limits = limits;
  }

  List<String> violations() {
    return violations;
  }

  /**
   * Somebody is refused.
   *
   * @param sent when it was asked, in the world's microseconds
   */
  void refused(Request request, Refused refused, long sent) {
    switch (refused.refusal().name()) {
      case "COUPON_SOLD_OUT" -> {
        long campaign = Long.parseLong(request.key.substring("coupon".length()));
        require(was(db.coupons, campaign, sent, c -> c.left() <= 0), request, "left");
      }
      case "INSUFFICIENT_STOCK" -> shortages(refused).forEach(s -> wasShort(request, s, sent));
      case "INSUFFICIENT_POINTS" -> {
        long required = ((Number) requireNonNull(refused.members().get("required"))).longValue();
        // Who had no balance when it was asked had no points, whatever was charged meanwhile.
        boolean unknown = !db.balances.wasThere(request.user, sent);
        require(
            unknown || was(db.balances, request.user, sent, b -> b < required), request, "points");
      }
      case "POINT_LIMIT_EXCEEDED" -> {
        if (request.kind == Request.Kind.CANCEL) {
          violations.add(REFUNDS_ALWAYS + ": " + request);
        }
      }
      default -> require(limits.isTrue(request, refused, sent), request, refused.members() + "");
    }
    Object shown = refused.members().get("orderStatus");
    if (shown instanceof Order.Status status && request.order != null) {
      shown(request.order, status, sent);
    }
  }

  /** Whatever there is was committed while somebody who asked for it had no answer yet. */
  void effects(List<Request> requests) {
    for (Request request : requests) {
      switch (request.kind) {
        case COUPON -> effect(request, db.issued, issued -> issued.id().equals(request.id));
        case ORDER -> effect(request, db.orders, order -> order.id().equals(request.id));
        case PAYMENT -> effect(request, db.payments, paid -> paid.id().equals(request.id));
        case CHARGE -> effect(request, db.entries, entry -> entry.id().equals(request.id));
        default -> {}
      }
    }
  }

  private <R> void effect(Request request, Table<R> table, Predicate<R> is) {
    table.pasts().entrySet().stream()
        .filter(past -> is.test(past.getValue().firstEntry().getValue()))
        .map(past -> table.askedAt(past.getKey()))
        .filter(committed -> !isAwaited(request, committed))
        .forEach(
            committed ->
                violations.add(REFUSED_IS_OVER + ": " + request + ", at " + committed / 1e6));
  }

  /** Before the first history of its own nobody asks: what a world begins with is there. */
  private static boolean isAwaited(Request request, long committed) {
    return request.sendings.isEmpty()
        || committed == 0
        || request.sendings.stream()
            .anyMatch(sent -> sent.sent <= committed && committed <= sent.answeredAt);
  }

  private void wasShort(Request request, Shortage s, long sent) {
    boolean was = was(db.stock, s.productId(), sent, units -> units < s.requested());
    require(was, request, s + ", there were " + db.stock.rows().get(s.productId()));
  }

  private void require(boolean holds, Request request, String what) {
    if (!holds) {
      violations.add(FINAL_NO + ": " + request + " of " + what);
    }
  }

  /** Somebody is told how an order stands. */
  void shown(UUID id, Order.Status status, long sent) {
    if (!was(db.orders, id, sent, order -> order.status() == status)) {
      violations.add(STATUS_DECIDED + ": " + status + " of " + db.orders.rows().get(id));
    }
  }

  /** Each order went only where it may go. */
  void orders() {
    db.orders
        .pasts()
        .forEach(
            (id, past) -> {
              Order.Status last = null;
              for (Order order : past.values()) {
                boolean moved = last != null && last != order.status();
                if (moved && !NEXT.getOrDefault(last, Set.of()).contains(order.status())) {
                  violations.add(STATUS_DECIDED + ": " + last + ", then " + order);
                }
                last = order.status();
              }
            });
  }

  /** Whether it was so at some moment since then. */
  private <R> boolean was(Table<R> table, Object key, long since, Predicate<R> so) {
    return table.since(key, since).stream().anyMatch(so);
  }

  private static List<Shortage> shortages(Refused refused) {
    return ((List<?>) refused.members().getOrDefault("items", List.of()))
        .stream().map(Shortage.class::cast).toList();
  }
}
