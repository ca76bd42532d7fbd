package dev.firstcome.order;

import dev.firstcome.batch.Verdict;
import dev.firstcome.cart.CartUse;
import dev.firstcome.cart.Carts;
import dev.firstcome.coupon.CouponUse;
import dev.firstcome.coupon.Coupons;
import dev.firstcome.coupon.IssuedCoupon;
import dev.firstcome.database.Database;
import dev.firstcome.database.Session;
import dev.firstcome.order.Placing.Wish;
import dev.firstcome.outbox.Outbox;
import dev.firstcome.outbox.OutboxEvent;
import dev.firstcome.outbox.OutboxEvent.Consumer;
import dev.firstcome.outbox.Relay;
import dev.firstcome.stock.Admission;
import dev.firstcome.stock.Admission.Word;
import dev.firstcome.stock.Reservation;
import dev.firstcome.stock.Stock;
import dev.firstcome.stock.StockGate;
import dev.firstcome.stock.StockRefusal;
import dev.firstcome.stock.StockRefusal.Short;
import dev.firstcome.stock.StockedProduct;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * One batch of orders: the gate admits, the database decides, the outbox tells. Steps in the order
 * of the locks: stock, then coupons.
 */
@Component
class OrderBatch {

  private final StockGate gate;
  private final Stock stock;
  private final Coupons coupons;
  private final OrderRepository repository;
  private final Carts carts;
  private final Outbox outbox;
  private final Relay relay;
  private final Database database;
  private final OrderSettings settings;

  OrderBatch(
      StockGate gate,
      Stock stock,
      Coupons coupons,
      OrderRepository repository,
      Carts carts,
      Outbox outbox,
      Relay relay,
      Database database,
      OrderSettings settings) {
    this.gate = gate;
    this.stock = stock;
    this.coupons = coupons;
    this.repository = repository;
    this.carts = carts;
    this.outbox = outbox;
    this.relay = relay;
    this.database = database;
    this.settings = settings;
  }

  /** A wish and what the gate said to it. */
  private record Asked(Wish wish, Reservation reservation, Admission admission) {

    boolean isShort() {
      return admission.word() == Word.SHORT;
    }

    boolean isHeld() {
      return admission.word() == Word.HELD || admission.word() == Word.ALREADY_HELD;
    }
  }

  Mono<List<Verdict<Order>>> place(List<Wish> wishes) {
    List<Reservation> reservations =
        wishes.stream().map(w -> new Reservation(w.id(), w.units())).toList();
    return gate.reserve(reservations)
        .map(admissions -> pair(wishes, reservations, admissions))
        .flatMap(asked -> repeated(asked).flatMap(repeated -> place(asked, repeated)));
  }

  /**
   * Those that the gate refuses although they exist: a repeated request hears its order, however
   * little stock is left by now.
   */
  private Mono<Set<UUID>> repeated(List<Asked> asked) {
    List<UUID> refused = asked.stream().filter(Asked::isShort).map(a -> a.wish().id()).toList();
    return refused.isEmpty() ? Mono.just(Set.of()) : repository.whichExist(refused);
  }

  private Mono<List<Verdict<Order>>> place(List<Asked> asked, Set<UUID> repeated) {
    List<@Nullable Verdict<Order>> early = new ArrayList<>(asked.size());
    List<Asked> admitted = new ArrayList<>(asked.size());
    for (Asked one : asked) {
      boolean refused = one.isShort() && !repeated.contains(one.wish().id());
      early.add(refused ? Verdict.no(Placing.insufficient(one.admission().shortages())) : null);
      if (!refused) {
        admitted.add(one);
      }
    }
    if (admitted.isEmpty()) {
      return Mono.just(Verdict.weave(early, List.of()));
    }
    List<Wish> wishes = admitted.stream().map(Asked::wish).toList();
    return database
        .transaction(session -> decideAndWrite(session, wishes))
        .doOnNext(verdicts -> settle(admitted, verdicts))
        .doOnNext(verdicts -> relay.wake(Consumer.CART))
        .map(verdicts -> Verdict.weave(early, verdicts));
  }

  private Mono<List<Verdict<Order>>> decideAndWrite(Session session, List<Wish> wishes) {
    return read(session, wishes)
        .map(state -> Placing.decide(wishes, state, settings.paymentWindow()))
        .flatMap(verdicts -> write(session, Verdict.fresh(verdicts)).thenReturn(verdicts));
  }

  /** One after the other: each statement sees what the holders of the locks before it committed. */
  private Mono<Placing.State> read(Session session, List<Wish> wishes) {
    return lockStock(session, wishes)
        .flatMap(
            stocked ->
                lockCoupons(session, wishes)
                    .zipWhen(
                        issued -> existing(session, wishes),
                        (issued, orders) -> new Placing.State(stocked, issued, orders)));
  }

  private Mono<Map<Long, StockedProduct>> lockStock(Session session, List<Wish> wishes) {
    Set<Long> products = new TreeSet<>();
    wishes.forEach(wish -> products.addAll(wish.units().keySet()));
    return stock.lock(session, products);
  }

  private Mono<Map<UUID, IssuedCoupon>> lockCoupons(Session session, List<Wish> wishes) {
    List<UUID> ids = new ArrayList<>();
    List<String> users = new ArrayList<>();
    for (Wish wish : wishes) {
      if (wish.issuedCouponId() != null) {
        ids.add(wish.issuedCouponId());
        users.add(wish.userId());
      }
    }
    return coupons.lock(session, ids, users);
  }

  private Mono<Map<UUID, Order>> existing(Session session, List<Wish> wishes) {
    return repository.existing(session, wishes.stream().map(Wish::id).toList());
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
        if (one.admission().word() == Word.HELD) {
          shortages(no).forEach(shortage -> tooGenerous.add(shortage.productId()));
        }
      } else if (verdicts.get(i) instanceof Verdict.Done<Order> done) {
        if (one.isHeld() && !done.replayed()) {
          confirmed.add(one.reservation());
        } else if (one.admission().word() == Word.HELD) {
          // A repetition takes nothing, so what it has just reserved goes back.
          released.add(one.reservation());
        }
        // Whatever else may be held under its name, or will be once a late call arrives, may have
        // been taken or not: that is left to the sweep.
      }
    }
    gate.settle(confirmed, released, tooGenerous);
  }

  private static List<Short> shortages(Verdict.No<Order> no) {
    if (no.because().refusal() != StockRefusal.INSUFFICIENT_STOCK) {
      return List.of();
    }
    return ((List<?>) no.because().members().getOrDefault("items", List.of()))
        .stream().map(Short.class::cast).toList();
  }

  private static List<Asked> pair(
      List<Wish> wishes, List<Reservation> reservations, List<Admission> admissions) {
    List<Asked> asked = new ArrayList<>(wishes.size());
    for (int i = 0; i < wishes.size(); i++) {
      asked.add(new Asked(wishes.get(i), reservations.get(i), admissions.get(i)));
    }
    return asked;
  }
}
