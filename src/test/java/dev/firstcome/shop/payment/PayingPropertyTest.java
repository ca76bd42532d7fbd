package dev.firstcome.shop.payment;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.RequestName;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.Order.Status;
import dev.firstcome.shop.order.OrderRefusal;
import dev.firstcome.shop.payment.Paying.PayOrder;
import dev.firstcome.shop.payment.Paying.State;
import dev.firstcome.shop.point.PointEntry;
import dev.firstcome.shop.point.PointRefusal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** What holds for every batch of payments and every state: few users and orders, so they meet. */
class PayingPropertyTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final int ORDERS = 8;

  private static List<Verdict<Payment>> decide(List<PayOrder> pays, State state) {
    return Paying.decide(pays, state).verdicts();
  }

  @Property
  void balanceIsTheSumOfItsEntriesAndNeverNegative(
      @ForAll("pays") List<PayOrder> pays, @ForAll("states") State state) {
    Map<String, Long> sums = new HashMap<>(state.balances());
    for (Payment payment : Verdict.fresh(decide(pays, state))) {
      payment.entries().forEach(e -> sums.merge(e.userId(), e.amount(), Long::sum));
      assertThat(payment.balanceAfter())
          .isEqualTo(sums.getOrDefault(payment.userId(), 0L))
          .isNotNegative();
      assertThat(payment.entries())
          .extracting(PointEntry::balanceAfter)
          .allMatch(after -> after == payment.balanceAfter());
    }
  }

  @Property
  void anOrderIsDebitedOnceAndExactlyItsTotal(
      @ForAll("pays") List<PayOrder> pays, @ForAll("states") State state) {
    List<Payment> fresh = Verdict.fresh(decide(pays, state));
    assertThat(fresh).extracting(Payment::orderId).doesNotHaveDuplicates();
    assertThat(fresh)
        .allSatisfy(
            payment -> {
              Order order = requireNonNull(state.orders().get(payment.orderId()));
              assertThat(order.status()).isEqualTo(Status.PENDING);
              assertThat(order.userId()).isEqualTo(payment.userId());
              assertThat(order.total()).isEqualTo(payment.amount());
            });
  }

  @Property
  void oneKeyHasOneEffect(@ForAll("pays") List<PayOrder> pays, @ForAll("states") State state) {
    assertThat(Verdict.fresh(decide(pays, state)))
        .extracting(Payment::id)
        .doesNotHaveDuplicates()
        .noneMatch(state.payments()::containsKey);
  }

  @Property
  void everyPaymentHearsExactlyWhatItsTurnDemands(
      @ForAll("pays") List<PayOrder> pays, @ForAll("states") State state) {
    List<Verdict<Payment>> verdicts = decide(pays, state);
    assertThat(verdicts).hasSameSizeAs(pays);
    State turn = state;
    for (int i = 0; i < pays.size(); i++) {
      assertIsWhatItsTurnDemands(pays.get(i), verdicts.get(i), turn);
      turn = after(turn, verdicts.subList(i, i + 1));
    }
  }

  private static void assertIsWhatItsTurnDemands(
      PayOrder pay, Verdict<Payment> verdict, State turn) {
    long balance = turn.balances().getOrDefault(pay.userId(), 0L);
    Payment earlier = turn.payments().get(pay.id());
    Order order = turn.orders().get(pay.orderId());
    if (earlier != null && earlier.orderId().equals(pay.orderId())) {
      assertThat(verdict).isEqualTo(Verdict.replayed(earlier));
    } else if (earlier != null) {
      assertRefused(verdict, CommonRefusal.IDEMPOTENCY_KEY_REUSED.refused());
    } else if (order == null || !order.userId().equals(pay.userId())) {
      assertRefused(verdict, OrderRefusal.ORDER_NOT_FOUND.refused());
    } else if (order.status() == Status.PAID) {
      assertRefused(
          verdict,
          OrderRefusal.ORDER_ALREADY_PAID.refused("paymentId", requireNonNull(order.paymentId())));
    } else if (order.status() != Status.PENDING) {
      assertRefused(verdict, OrderRefusal.ORDER_NOT_PAYABLE.refused("orderStatus", order.status()));
    } else if (!turn.now().isBefore(order.paymentDueAt())) {
      assertRefused(verdict, OrderRefusal.ORDER_NOT_PAYABLE.refused("orderStatus", Status.EXPIRED));
    } else if (balance < order.total()) {
      assertRefused(
          verdict,
          PointRefusal.INSUFFICIENT_POINTS.refused("balance", balance, "required", order.total()));
    } else {
      long left = balance - order.total();
      assertThat(verdict)
          .isEqualTo(
              Verdict.done(
                  new Payment(
                      pay.id(), order.id(), pay.userId(), order.total(), left, turn.now())));
    }
  }

  @Property
  void aBatchDecidesLikeTwoOneAfterTheOther(
      @ForAll("pays") List<PayOrder> pays,
      @ForAll("states") State state,
      @ForAll @IntRange(max = 40) int cut) {
    int at = Math.min(cut, pays.size());
    List<Verdict<Payment>> whole = decide(pays, state);
    List<Verdict<Payment>> first = decide(pays.subList(0, at), state);
    List<Verdict<Payment>> second = decide(pays.subList(at, pays.size()), after(state, first));
    assertSame(whole.subList(0, at), first);
    assertSame(whole.subList(at, whole.size()), second);
  }

  /** The state as the next batch finds it in the database. */
  private static State after(State before, List<Verdict<Payment>> verdicts) {
    State next =
        new State(
            new HashMap<>(before.orders()),
            new HashMap<>(before.balances()),
            new HashMap<>(before.payments()),
            before.now());
    for (Payment payment : Verdict.fresh(verdicts)) {
      next.payments().put(payment.id(), payment);
      next.orders().computeIfPresent(payment.orderId(), (id, o) -> o.paidBy(payment.id()));
      payment.entries().forEach(e -> next.balances().put(e.userId(), e.balanceAfter()));
    }
    return next;
  }

  private static void assertSame(List<Verdict<Payment>> expected, List<Verdict<Payment>> actual) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      if (expected.get(i) instanceof Verdict.No<Payment> no) {
        assertRefused(actual.get(i), no.because());
      } else {
        assertThat(actual.get(i)).isEqualTo(expected.get(i));
      }
    }
  }

  private static void assertRefused(Verdict<Payment> verdict, Refused expected) {
    assertThat(verdict).isInstanceOf(Verdict.No.class);
    Refused actual = ((Verdict.No<Payment>) verdict).because();
    assertThat(actual.refusal()).isEqualTo(expected.refusal());
    assertThat(actual.members()).containsExactlyEntriesOf(expected.members());
  }

  /** One order more than there are, so that some payments miss. */
  @Provide
  Arbitrary<List<PayOrder>> pays() {
    return Combinators.combine(
            users(),
            Arbitraries.integers().between(0, 12),
            Arbitraries.integers().between(0, ORDERS))
        .as((user, key, order) -> PayOrder.of(user, "key-" + key, orderId(order)))
        .list()
        .ofMaxSize(40);
  }

  @Provide
  Arbitrary<State> states() {
    Arbitrary<Map<String, Long>> balances =
        Arbitraries.maps(users(), Arbitraries.oneOf(amounts(), Arbitraries.longs().between(0, 900)))
            .ofMaxSize(2);
    Arbitrary<List<Draw>> orders =
        Combinators.combine(users(), amounts(), Arbitraries.of(Status.class), dues())
            .as(Draw::new)
            .list()
            .ofSize(ORDERS);
    Arbitrary<Instant> times =
        Arbitraries.of(NOW, NOW, NOW, NOW.plusSeconds(899), NOW.plusSeconds(900));
    return Combinators.combine(balances, orders, times).as(PayingPropertyTest::state);
  }

  private record Draw(String user, long total, Status status, Instant due) {

    Order order(UUID id, @Nullable UUID paymentId) {
      return new Order(
          id, user, status, List.of(), total, 0, total, null, paymentId, id, NOW, due, List.of());
    }
  }

  /** Numbers the orders, and gives the paid ones a payment by the key of the same number. */
  private static State state(Map<String, Long> balances, List<Draw> draws, Instant now) {
    State state = new State(new HashMap<>(), new HashMap<>(balances), new HashMap<>(), now);
    for (int i = 0; i < draws.size(); i++) {
      Draw draw = draws.get(i);
      UUID order = orderId(i);
      UUID payment = null;
      if (draw.status == Status.PAID || draw.status == Status.REFUNDED) {
        payment = Payment.idOf(draw.user, "key-" + i);
        state.payments().put(payment, new Payment(payment, order, draw.user, draw.total, 7, NOW));
      }
      state.orders().put(order, draw.order(order, payment));
    }
    return state;
  }

  private static UUID orderId(int number) {
    return RequestName.of("order", Integer.toString(number));
  }

  private static Arbitrary<String> users() {
    return Arbitraries.of("ann", "bob");
  }

  private static Arbitrary<Long> amounts() {
    return Arbitraries.of(0L, 1L, 100L, 300L, 1_000L);
  }

  private static Arbitrary<Instant> dues() {
    return Arbitraries.of(NOW.plusSeconds(900), NOW.plusSeconds(900), NOW.plusSeconds(1), NOW);
  }
}
