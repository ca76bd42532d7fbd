package dev.firstcome.shop.order;

import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.drop.Drop;
import dev.firstcome.shop.drop.Offer;
import dev.firstcome.shop.line.Exhausted;
import dev.firstcome.shop.order.Placing.PlaceOrder;
import dev.firstcome.shop.order.PurchaseSql.Buyer;
import dev.firstcome.shop.order.Purchases.Count;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Reads what a batch's users have bought, as far as a limit speaks of it, so that it stays so until
 * the commit. Only placing an order adds to it, and what can add to the same count takes turns: a
 * product's on its stock, a drop's on (user, drop), unpaid orders on the user. An end that gives
 * something back at the same moment counts from its commit on.
 */
@Component
class PurchaseLimits {

  private final PurchaseSql sql;
  private final OrderSettings settings;

  PurchaseLimits(PurchaseSql sql, OrderSettings settings) {
    this.sql = sql;
    this.settings = settings;
  }

  /** What a batch's limits speak of. */
  private static final class Scope {
    private final Set<Buyer> turns = new LinkedHashSet<>();
    private final Set<String> users = new TreeSet<>();
    private final Set<Long> products = new TreeSet<>();
    private final Set<Long> drops = new TreeSet<>();

    void add(String user, Offer offer) {
      Drop drop = offer.drop();
      if (offer.maxPerUser() != null) {
        users.add(user);
        products.add(offer.productId());
      }
      if (drop != null && drop.maxPerUser() != null) {
        users.add(user);
        drops.add(drop.id());
        turns.add(new Buyer(user, drop.id()));
      }
    }
  }

  /**
   * The caller holds the locks of the products' stock.
   *
   * @param offers read under them
   */
  Mono<Purchases.Read> lockAndRead(
      Session session, List<PlaceOrder> orders, Map<Long, Offer> offers) {
    Scope scope = scope(orders, offers);
    Set<String> paying = new TreeSet<>();
    if (settings.maxPending() > 0) {
      orders.forEach(order -> paying.add(order.userId()));
      paying.forEach(user -> scope.turns.add(new Buyer(user, Buyer.OWN)));
    }
    return sql.lock(session, scope.turns)
        .then(Mono.defer(() -> unpaid(session, paying)))
        .zipWhen(
            unpaid -> bought(session, scope), (unpaid, rows) -> new Purchases.Read(rows, unpaid));
  }

  private static Scope scope(List<PlaceOrder> orders, Map<Long, Offer> offers) {
    Scope scope = new Scope();
    for (PlaceOrder order : orders) {
      for (Long product : order.units().keySet()) {
        Offer offer = offers.get(product);
        if (offer != null) {
          scope.add(order.userId(), offer);
        }
      }
    }
    return scope;
  }

  private Mono<Map<String, Purchases.Unpaid>> unpaid(Session session, Set<String> users) {
    return users.isEmpty() ? Mono.just(Map.of()) : sql.unpaid(session, users);
  }

  private Mono<List<Purchases.Row>> bought(Session session, Scope scope) {
    return scope.users.isEmpty()
        ? Mono.just(List.of())
        : sql.bought(session, scope.users, scope.products, scope.drops);
  }

  /** How much of a drop with a line those who placed these orders, now written, may not order. */
  Mono<List<Exhausted>> exhausted(Session session, List<Order> placed, Map<Long, Offer> offers) {
    Scope scope = new Scope();
    Set<Buyer> buyers = new LinkedHashSet<>();
    for (Order order : placed) {
      for (OrderLine line : order.lines()) {
        Offer offer = offers.get(line.productId());
        Drop drop = offer == null ? null : offer.drop();
        if (offer != null && drop != null && drop.line() != null) {
          scope.add(order.userId(), offer);
          buyers.add(new Buyer(order.userId(), drop.id()));
        }
      }
    }
    return bought(session, scope)
        .map(rows -> new Purchases(new Purchases.Read(rows, Map.of())))
        .map(now -> buyers.stream().map(buyer -> exhausted(buyer, offers.values(), now)).toList());
  }

  private static Exhausted exhausted(Buyer buyer, Collection<Offer> offers, Purchases purchases) {
    long products = 0;
    for (Offer offer : offers) {
      Drop drop = offer.drop();
      if (drop == null || drop.id() != buyer.dropId()) {
        continue;
      }
      Count all = purchases.ofDrop(buyer.userId(), drop.id());
      Count one = purchases.ofProduct(buyer.userId(), offer.productId());
      if (drop.maxPerUser() != null && !all.allows(drop.maxPerUser(), 1)) {
        return new Exhausted(drop.id(), buyer.userId(), Exhausted.ALL);
      }
      products += offer.maxPerUser() != null && !one.allows(offer.maxPerUser(), 1) ? 1 : 0;
    }
    return new Exhausted(buyer.dropId(), buyer.userId(), products);
  }
}
