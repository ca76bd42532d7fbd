package dev.firstcome.shop.order;

import dev.firstcome.engine.lane.LockedRows;
import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.refusal.Refused;
import dev.firstcome.shop.drop.DropBoard;
import dev.firstcome.shop.drop.DropBoard.Early;
import dev.firstcome.shop.line.Admissions;
import dev.firstcome.shop.line.Admissions.Buyer;
import dev.firstcome.shop.line.Turns;
import dev.firstcome.shop.order.Placing.PlaceOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Refuses those of a batch whose drop is certainly not open, without a statement. Only where the
 * product was ever ordered is the database asked, once for the batch, whether a request is one that
 * was answered, or lost its answer, before: that one hears its order. Then refuses those of a drop
 * with a line whose turn it is not, for one read of their tickets and the same question.
 */
@Component
class ShutDrops {

  private final DropBoard board;
  private final Admissions admissions;
  private final OrderSql repository;

  ShutDrops(DropBoard board, Admissions admissions, OrderSql repository) {
    this.board = board;
    this.admissions = admissions;
    this.repository = repository;
  }

  /**
   * A verdict for each, in order.
   *
   * @param others decides those that are not refused here
   */
  Mono<List<Verdict<Order>>> refuse(
      List<PlaceOrder> wishes, Function<List<PlaceOrder>, Mono<List<Verdict<Order>>>> others) {
    List<@Nullable Refused> early = new ArrayList<>(wishes.size());
    Set<UUID> mayBeRepeated = new HashSet<>();
    for (PlaceOrder wish : wishes) {
      Early shut = board.refuse(wish.units().keySet()).orElse(null);
      early.add(shut == null ? null : shut.refused());
      if (shut != null && shut.mayBeRepeated()) {
        mayBeRepeated.add(wish.id());
      }
    }
    return refuse(wishes, early, mayBeRepeated, open -> refuseWaiting(open, others));
  }

  /** The tickets that an order waits for. */
  LockedRows<PlaceOrder> lockedTickets() {
    return LockedRows.in("tickets", this::buyers, admissions::held);
  }

  private Collection<Buyer> buyers(PlaceOrder wish) {
    return board.withLine(wish.units().keySet()).stream()
        .map(drop -> new Buyer(wish.userId(), drop))
        .toList();
  }

  private Mono<List<Verdict<Order>>> refuseWaiting(
      List<PlaceOrder> wishes, Function<List<PlaceOrder>, Mono<List<Verdict<Order>>>> others) {
    Set<Buyer> buyers = new LinkedHashSet<>();
    wishes.forEach(wish -> buyers.addAll(buyers(wish)));
    return buyers.isEmpty()
        ? others.apply(wishes)
        : admissions.look(buyers).flatMap(turns -> refuseWaiting(wishes, turns, others));
  }

  private Mono<List<Verdict<Order>>> refuseWaiting(
      List<PlaceOrder> wishes,
      Turns turns,
      Function<List<PlaceOrder>, Mono<List<Verdict<Order>>>> others) {
    List<@Nullable Refused> early = new ArrayList<>(wishes.size());
    Set<UUID> mayBeRepeated = new HashSet<>();
    for (PlaceOrder wish : wishes) {
      Refused refused = null;
      for (Long drop : board.withLine(wish.units().keySet())) {
        refused = refused == null ? turns.refuseEarly(wish.userId(), drop) : refused;
      }
      early.add(refused);
      if (refused != null) {
        mayBeRepeated.add(wish.id());
      }
    }
    return refuse(wishes, early, mayBeRepeated, others);
  }

  private Mono<List<Verdict<Order>>> refuse(
      List<PlaceOrder> wishes,
      List<@Nullable Refused> early,
      Set<UUID> mayBeRepeated,
      Function<List<PlaceOrder>, Mono<List<Verdict<Order>>>> others) {
    Mono<Set<UUID>> repeated =
        mayBeRepeated.isEmpty() ? Mono.just(Set.of()) : repository.whichExist(mayBeRepeated);
    return early.stream().allMatch(Objects::isNull)
        ? others.apply(wishes)
        : repeated.flatMap(known -> weave(wishes, early, known, others));
  }

  private static Mono<List<Verdict<Order>>> weave(
      List<PlaceOrder> wishes,
      List<@Nullable Refused> early,
      Set<UUID> repeated,
      Function<List<PlaceOrder>, Mono<List<Verdict<Order>>>> others) {
    List<@Nullable Verdict<Order>> refused = new ArrayList<>(wishes.size());
    List<PlaceOrder> rest = new ArrayList<>();
    for (int i = 0; i < wishes.size(); i++) {
      Refused why = early.get(i);
      if (why == null || repeated.contains(wishes.get(i).id())) {
        refused.add(null);
        rest.add(wishes.get(i));
      } else {
        refused.add(Verdict.no(why));
      }
    }
    return rest.isEmpty()
        ? Mono.just(Verdict.weave(refused, List.of()))
        : others.apply(rest).map(decided -> Verdict.weave(refused, decided));
  }
}
