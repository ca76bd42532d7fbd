package dev.firstcome.shop.order;

import dev.firstcome.engine.gate.Attempt;
import dev.firstcome.engine.lane.LockedRows;
import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.engine.outbox.Outbox;
import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.engine.outbox.Relay;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.cart.CartUse;
import dev.firstcome.shop.cart.Carts;
import dev.firstcome.shop.coupon.CouponUse;
import dev.firstcome.shop.coupon.Coupons;
import dev.firstcome.shop.coupon.IssuedCoupon;
import dev.firstcome.shop.drop.Drop;
import dev.firstcome.shop.drop.Offer;
import dev.firstcome.shop.drop.Offers;
import dev.firstcome.shop.line.Admissions;
import dev.firstcome.shop.line.Admissions.Buyer;
import dev.firstcome.shop.line.Turns;
import dev.firstcome.shop.order.Placing.PlaceOrder;
import dev.firstcome.shop.stock.Admission;
import dev.firstcome.shop.stock.Admission.Outcome;
import dev.firstcome.shop.stock.Reservation;
import dev.firstcome.shop.stock.Stock;
import dev.firstcome.shop.stock.StockGate;
import dev.firstcome.shop.stock.StockRefusal;
import dev.firstcome.shop.stock.StockRefusal.Shortage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * One batch of orders: the gate admits, the database decides, the outbox tells. Steps in the order
 * of the locks: stock, tickets, buyers, coupons.
 */
@Component
class OrderBatch {

  private final StockGate gate;
  private final Stock stock;
  private final Offers offers;
  private final ShutDrops shutDrops;
  private final Admissions admissions;
  private final PurchaseLimits limits;
  private final Coupons coupons;
  private final OrderSql repository;
  private final Carts carts;
  private final Outbox outbox;
  private final Relay relay;
  private final Database database;
  private final OrderSettings settings;

  OrderBatch(
      StockGate gate,
      Stock stock,
      Offers offers,
      ShutDrops shutDrops,
      Admissions admissions,
      PurchaseLimits limits,
      Coupons coupons,
      OrderSql repository,
      Carts carts,
      Outbox outbox,
      Relay relay,
      Database database,
      OrderSettings settings) {
    this.gate = gate;
    this.stock = stock;
    this.offers = offers;
    this.shutDrops = shutDrops;
    this.admissions = admissions;
    this.limits = limits;
    this.coupons = coupons;
    this.repository = repository;
    this.carts = carts;
    this.outbox = outbox;
    this.relay = relay;
    this.database = database;
    this.settings = settings;
  }

  /** A wish and what the gate said to it. */
  private record Asked(PlaceOrder wish, Reservation reservation, Admission admission) {

    boolean isShort() {
      return admission.word() == Outcome.SHORT;
    }

    boolean isHeld() {
      return admission.word() == Outcome.HELD || admission.word() == Outcome.ALREADY_HELD;
    }
  }

  /** A batch waits for the stock of its products, then for its users' tickets. */
  LockedRows<PlaceOrder> lockedRows() {
    return LockedRows.<PlaceOrder, Long>in("stock", wish -> wish.units().keySet(), stock::held)
        .and(shutDrops.lockedTickets());
  }

  Mono<List<Verdict<Order>>> place(List<PlaceOrder> wishes) {
    return shutDrops.refuse(wishes, this::placeOpen);
  }

  private Mono<List<Verdict<Order>>> placeOpen(List<PlaceOrder> wishes) {
    List<Reservation> reservations =
        wishes.stream().map(w -> new Reservation(w.id(), w.units())).toList();
    return gate.reserve(reservations)
        .flatMap(
            admissions ->
                Attempt.at(
                    attempt ->
                        gate.verified(reservations, admissions)
                            .map(verified -> pair(wishes, reservations, verified))
                            .flatMap(asked -> place(asked, attempt)),
                    () -> gate.release(held(reservations, admissions))));
  }

  /** What this attempt has taken; what an earlier one holds may be committed. */
  private static List<Reservation> held(List<Reservation> orders, List<Admission> admissions) {
    return IntStream.range(0, orders.size())
        .filter(i -> admissions.get(i).word() == Outcome.HELD)
        .mapToObj(orders::get)
        .toList();
  }

  private Mono<List<Verdict<Order>>> place(List<Asked> asked, Attempt attempt) {
    List<@Nullable Verdict<Order>> early = new ArrayList<>(asked.size());
    List<Asked> admitted = new ArrayList<>(asked.size());
    for (Asked one : asked) {
      boolean refused = one.isShort();
      early.add(refused ? Verdict.no(Placing.insufficient(one.admission().shortages())) : null);
      if (!refused) {
        admitted.add(one);
      }
    }
    if (admitted.isEmpty()) {
      return Mono.just(Verdict.weave(early, List.of()));
    }
    List<PlaceOrder> wishes = admitted.stream().map(Asked::wish).toList();
    return database
        .transaction(session -> attempt.last(decideAndWrite(session, wishes)))
        .doOnNext(verdicts -> settle(admitted, verdicts))
        .doOnNext(verdicts -> relay.wake(Consumer.CART))
        .map(verdicts -> Verdict.weave(early, verdicts));
  }

  private Mono<List<Verdict<Order>>> decideAndWrite(Session session, List<PlaceOrder> wishes) {
    return read(session, wishes).flatMap(state -> decideAndWrite(session, wishes, state));
  }

  private Mono<List<Verdict<Order>>> decideAndWrite(
      Session session, List<PlaceOrder> wishes, Placing.State state) {
    List<Verdict<Order>> verdicts = Placing.decide(wishes, state, settings);
    List<Order> placed = Verdict.fresh(verdicts);
    return write(session, placed)
        .then(Mono.defer(() -> limits.exhausted(session, placed, state.offers())))
        .flatMap(exhausted -> admissions.useUp(session, exhausted))
        .thenReturn(verdicts);
  }

  /** One after the other: each statement sees what the holders of the locks before it committed. */
  private Mono<Placing.State> read(Session session, List<PlaceOrder> wishes) {
    Set<Long> products = products(wishes);
    return stock
        .lock(session, products)
        .zipWhen(stocked -> offers.read(session, products))
        .flatMap(sold -> read(session, wishes, sold.getT1(), sold.getT2()));
  }

  private Mono<Placing.State> read(
      Session session, List<PlaceOrder> wishes, Map<Long, Long> stocked, Map<Long, Offer> offered) {
    return admissions
        .lock(session, buyers(wishes, offered))
        .flatMap(turns -> read(session, wishes, stocked, offered, turns));
  }

  private Mono<Placing.State> read(
      Session session,
      List<PlaceOrder> wishes,
      Map<Long, Long> stocked,
      Map<Long, Offer> offered,
      Turns turns) {
    return limits
        .lockAndRead(session, wishes, offered)
        .zipWhen(bought -> lockCoupons(session, wishes))
        .zipWhen(
            (held) -> existing(session, wishes),
            (held, existing) ->
                new Placing.State(
                    stocked,
                    offered,
                    turns,
                    held.getT1(),
                    held.getT2(),
                    OrderSql.byId(existing.rows()),
                    existing.at()));
  }

  /** Those who order in a drop with a line. */
  private static Set<Buyer> buyers(List<PlaceOrder> wishes, Map<Long, Offer> offers) {
    Set<Buyer> buyers = new LinkedHashSet<>();
    for (PlaceOrder wish : wishes) {
      for (Long product : wish.units().keySet()) {
        Offer offer = offers.get(product);
        Drop drop = offer == null ? null : offer.drop();
        if (drop != null && drop.line() != null) {
          buyers.add(new Buyer(wish.userId(), drop.id()));
        }
      }
    }
    return buyers;
  }

  private static Set<Long> products(List<PlaceOrder> wishes) {
    Set<Long> products = new TreeSet<>();
    wishes.forEach(wish -> products.addAll(wish.units().keySet()));
    return products;
  }

  private Mono<Map<UUID, IssuedCoupon>> lockCoupons(Session session, List<PlaceOrder> wishes) {
    List<UUID> ids = new ArrayList<>();
    List<String> users = new ArrayList<>();
    for (PlaceOrder wish : wishes) {
      if (wish.issuedCouponId() != null) {
        ids.add(wish.issuedCouponId());
        users.add(wish.userId());
      }
    }
    return coupons.lock(session, ids, users);
  }

  private Mono<Session.Dated<Order>> existing(Session session, List<PlaceOrder> wishes) {
    return repository.existing(session, wishes.stream().map(PlaceOrder::id).toList());
  }

  private Mono<Void> write(Session session, List<Order> placed) {
    if (placed.isEmpty()) {
      return Mono.empty();
    }
    Map<Long, Long> taken = new HashMap<>();
    List<CouponUse> uses = new ArrayList<>();
    for (Order order : placed) {
      order.lines().forEach(line -> taken.merge(line.productId(), line.quantity(), Long::sum));
      order.couponUse().ifPresent(uses::add);
    }
    return repository
        .place(session, placed)
        .then(stock.take(session, taken))
        .then(coupons.markUsed(session, uses))
        .then(carts.ordersFromCarts(session, cartUses(placed)))
        .flatMap(fromCarts -> outbox.write(session, events(placed, fromCarts)));
  }

  private static List<CartUse> cartUses(List<Order> placed) {
    return placed.stream()
        .flatMap(
            order ->
                order.lines().stream()
                    .map(line -> new CartUse(order.id(), order.userId(), line.productId())))
        .toList();
  }

  private static List<OutboxEvent> events(List<Order> placed, List<UUID> fromCarts) {
    Set<UUID> told = Set.copyOf(fromCarts);
    return placed.stream()
        .filter(order -> told.contains(order.id()))
        .map(o -> OutboxEvent.of(Consumer.CART, "order.placed", o.id(), o.createdAt()))
        .toList();
  }

  private void settle(List<Asked> admitted, List<Verdict<Order>> verdicts) {
    List<Reservation> confirmed = new ArrayList<>();
    List<Reservation> released = new ArrayList<>();
    Set<Long> tooGenerous = new HashSet<>();
    for (int i = 0; i < admitted.size(); i++) {
      Asked one = admitted.get(i);
      if (verdicts.get(i) instanceof Verdict.No<Order> no) {
        released.add(one.reservation());
        // Only what the gate itself let in proves it wrong; it may not have been asked.
        if (one.admission().word() == Outcome.HELD) {
          shortages(no).forEach(shortage -> tooGenerous.add(shortage.productId()));
        }
      } else if (verdicts.get(i) instanceof Verdict.Done<Order> done) {
        if (one.isHeld() && !done.replayed()) {
          confirmed.add(one.reservation());
        } else if (one.admission().word() == Outcome.HELD) {
          // A repetition takes nothing, so what it has just reserved goes back.
          released.add(one.reservation());
        }
        // Whatever else may be held under its name, or will be once a late call arrives, may have
        // been taken or not: that is left to the sweep.
      }
    }
    gate.settle(confirmed, released, tooGenerous);
  }

  private static List<Shortage> shortages(Verdict.No<Order> no) {
    if (no.because().refusal() != StockRefusal.INSUFFICIENT_STOCK) {
      return List.of();
    }
    return ((List<?>) no.because().members().getOrDefault("items", List.of()))
        .stream().map(Shortage.class::cast).toList();
  }

  private static List<Asked> pair(
      List<PlaceOrder> wishes, List<Reservation> reservations, List<Admission> admissions) {
    List<Asked> asked = new ArrayList<>(wishes.size());
    for (int i = 0; i < wishes.size(); i++) {
      asked.add(new Asked(wishes.get(i), reservations.get(i), admissions.get(i)));
    }
    return asked;
  }
}
