package dev.firstcome.simulation;

import static java.util.Objects.requireNonNull;

import dev.firstcome.refusal.Refused;
import dev.firstcome.shop.drop.Drop;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.OrderLine;
import dev.firstcome.simulation.PostgresServer.Product;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Holds what limits buying against every commit of an order, and against every refusal by it: the
 * limits of products and drops, the number of unpaid orders, and the times of drops.
 */
final class Limits {

  static final String NEVER_OVER_LIMIT = "nobody has more than a limit allows at any commit";
  static final String IN_WINDOW = "what a drop binds is ordered only while it is open";

  /** For so long an instance may refuse by what it has read of a drop. */
  private static final long TRUST = History.SECOND;

  private final World world;
  private final PostgresServer db;
  private final int maxPending;
  private final List<String> violations = new ArrayList<>();

  Limits(World world, PostgresServer db, int maxPending) {
    this.world = world;
    this.db = db;
    this.maxPending = maxPending;
  }

  List<String> violations() {
    return violations;
  }

  /**
   * An order was written, and everybody can see it. A limit that was lowered binds the next order.
   *
   * @param begun when its transaction began, in the world's microseconds
   */
  void committed(Order order, long begun) {
    if (order.status() != Order.Status.PENDING || pasts(order).size() > 1) {
      return;
    }
    for (OrderLine line : order.lines()) {
      Product product = requireNonNull(db.products.rows().get(line.productId()));
      within(product.maxPerUser(), order, other -> other.productId() == line.productId());
      Drop drop = product.dropId() == null ? null : db.drops.rows().get(product.dropId());
      if (drop != null) {
        within(drop.maxPerUser(), order, other -> isOf(drop, other));
        open(drop, order, begun);
      }
    }
    if (maxPending > 0 && unpaid(order.userId(), world.micros()) > maxPending) {
      violations.add(NEVER_OVER_LIMIT + ": unpaid orders of " + order.userId());
    }
  }

  private Map<Long, Order> pasts(Order order) {
    return requireNonNull(db.orders.pasts().get(order.id()));
  }

  private static boolean isOf(Drop drop, OrderLine line) {
    return line.dropId() != null && line.dropId() == drop.id();
  }

  private void within(@Nullable Long limit, Order order, Predicate<OrderLine> counted) {
    long units = units(order.userId(), counted, world.micros());
    if (limit != null && units > limit) {
      violations.add(NEVER_OVER_LIMIT + ": " + units + " for " + limit + " with " + order);
    }
  }

  /** It was open at some moment between the transaction's begin and its commit. */
  private void open(Drop drop, Order order, long begun) {
    Instant closes = drop.closesAt();
    boolean late = closes != null && !closes.isAfter(db.instantAt(begun));
    if (drop.paused() || late || drop.opensAt().isAfter(db.instant())) {
      violations.add(IN_WINDOW + ": " + order + " in " + drop);
    }
  }

  /** Whether a refusal by one of these was true at some moment since it was asked for. */
  boolean isTrue(Request request, Refused refused, long sent) {
    Map<String, ?> members = refused.members();
    return switch (refused.refusal().name()) {
      case "PURCHASE_LIMIT_EXCEEDED" -> isExceeded(request.user, members, sent);
      case "TOO_MANY_PENDING_ORDERS" ->
          atSomeMoment(request.user, sent, at -> unpaid(request.user, at) >= maxPending);
      case "DROP_NOT_OPEN" -> wasShut(requireNonNull((Long) members.get("dropId")), sent - TRUST);
      default -> true;
    };
  }

  private boolean isExceeded(String user, Map<String, ?> members, long sent) {
    Long limit = requireNonNull((Long) members.get("limit"));
    long requested = requireNonNull((Long) members.get("requested"));
    Long product = (Long) members.get("productId");
    Long drop = (Long) members.get("dropId");
    boolean isLimit =
        drop == null
            ? limit.equals(requireNonNull(db.products.rows().get(product)).maxPerUser())
            : db.drops.since(drop, sent).stream().anyMatch(d -> limit.equals(d.maxPerUser()));
    Predicate<OrderLine> counted =
        line ->
            drop == null ? Objects.equals(product, line.productId()) : drop.equals(line.dropId());
    return isLimit && atSomeMoment(user, sent, at -> units(user, counted, at) + requested > limit);
  }

  /** A status only goes on while nobody changes the drop: both ends of each of its versions say. */
  private boolean wasShut(long drop, long since) {
    TreeMap<Long, Drop> versions = requireNonNull(db.drops.pasts().get(drop));
    Long first = versions.floorKey(since);
    for (Map.Entry<Long, Drop> version : versions.entrySet()) {
      Long next = versions.higherKey(version.getKey());
      long until = next == null ? world.micros() : next;
      boolean gone = first != null && version.getKey() < first;
      if (!gone && !(isOpen(version, since) && isOpen(version, until))) {
        return true;
      }
    }
    return false;
  }

  private boolean isOpen(Map.Entry<Long, Drop> version, long at) {
    Instant then = db.instantAt(Math.max(version.getKey(), at));
    return version.getValue().status(then) == Drop.Status.OPEN;
  }

  /** A user's orders change when they are written, and at no other moment. */
  private boolean atSomeMoment(String user, long sent, LongPredicate so) {
    Stream<Long> changes =
        db.orders.pasts().values().stream()
            .filter(past -> past.firstEntry().getValue().userId().equals(user))
            .flatMap(past -> past.tailMap(sent, false).keySet().stream());
    return so.test(sent) || changes.anyMatch(so::test);
  }

  /** What a user has in paid and unpaid orders. */
  private long units(String user, Predicate<OrderLine> counted, long at) {
    return ordersOf(user, at)
        .filter(ShopSql::isLive)
        .flatMap(order -> order.lines().stream())
        .filter(counted)
        .mapToLong(OrderLine::kept)
        .sum();
  }

  private long unpaid(String user, long at) {
    return ordersOf(user, at).filter(o -> o.status() == Order.Status.PENDING).count();
  }

  private Stream<Order> ordersOf(String user, long at) {
    return db.orders.pasts().values().stream()
        .flatMap(past -> Stream.ofNullable(past.floorEntry(at)))
        .map(Map.Entry::getValue)
        .filter(order -> order.userId().equals(user));
  }
}
