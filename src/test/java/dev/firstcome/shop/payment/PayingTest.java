package dev.firstcome.shop.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
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
import org.junit.jupiter.api.Test;

class PayingTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant DUE = NOW.plusSeconds(900);

  private final State state = new State(new HashMap<>(), new HashMap<>(), new HashMap<>(), NOW);

  @Test
  void takesExactlyTheTotal() {
    UUID order = order("ann", 300, Status.PENDING);
    state.balances().put("ann", 1_000L);
    assertThat(decide(ann("a", order))).containsExactly(paid(ann("a", order), 300, 700));
  }

  @Test
  void paysWithTheLastPoint() {
    UUID order = order("ann", 300, Status.PENDING);
    state.balances().put("ann", 300L);
    assertThat(decide(ann("a", order))).containsExactly(paid(ann("a", order), 300, 0));
  }

  @Test
  void paysAnOrderOfNothingForAUserWhoWasNeverSeen() {
    UUID order = order("ann", 0, Status.PENDING);
    assertThat(decide(ann("a", order))).containsExactly(paid(ann("a", order), 0, 0));
  }

  @Test
  void refusesWhatTheBalanceDoesNotCover() {
    UUID order = order("ann", 300, Status.PENDING);
    state.balances().put("ann", 299L);
    Refused refused = refused(decide(ann("a", order)).get(0));
    assertThat(refused.refusal()).isEqualTo(PointRefusal.INSUFFICIENT_POINTS);
    assertThat(refused.members())
        .containsExactly(Map.entry("balance", 299L), Map.entry("required", 300L));
  }

  @Test
  void paysAUsersOrdersOneAfterTheOtherAsFarAsThePointsGo() {
    UUID first = order("ann", 300, Status.PENDING);
    UUID second = order("ann", 300, Status.PENDING);
    UUID third = order("ann", 100, Status.PENDING);
    state.balances().put("ann", 450L);
    List<Verdict<Payment>> verdicts = decide(ann("a", first), ann("b", second), ann("c", third));
    assertThat(verdicts.get(0)).isEqualTo(paid(ann("a", first), 300, 150));
    assertThat(refused(verdicts.get(1)).members())
        .containsExactly(Map.entry("balance", 150L), Map.entry("required", 300L));
    assertThat(verdicts.get(2)).isEqualTo(paid(ann("c", third), 100, 50));
  }

  @Test
  void paysAnOrderOnceThoughTwoKeysAskInOneBatch() {
    UUID order = order("ann", 300, Status.PENDING);
    state.balances().put("ann", 1_000L);
    List<Verdict<Payment>> verdicts = decide(ann("a", order), ann("b", order));
    assertThat(verdicts.get(0)).isEqualTo(paid(ann("a", order), 300, 700));
    assertThat(refused(verdicts.get(1)).refusal()).isEqualTo(OrderRefusal.ORDER_ALREADY_PAID);
    assertThat(refused(verdicts.get(1)).members())
        .containsExactly(Map.entry("paymentId", ann("a", order).id()));
  }

  @Test
  void replaysTheSecondOfOneKeyInOneBatch() {
    UUID order = order("ann", 300, Status.PENDING);
    state.balances().put("ann", 1_000L);
    PayOrder pay = ann("a", order);
    assertThat(decide(pay, pay))
        .containsExactly(
            paid(pay, 300, 700),
            Verdict.replayed(new Payment(pay.id(), order, "ann", 300, 700, NOW)));
  }

  @Test
  void replaysAPaymentWhoseOrderWasRefundedSince() {
    UUID order = order("ann", 300, Status.REFUNDED);
    Payment earlier = new Payment(ann("a", order).id(), order, "ann", 300, 5, NOW);
    state.payments().put(earlier.id(), earlier);
    assertThat(decide(ann("a", order))).containsExactly(Verdict.replayed(earlier));
  }

  @Test
  void refusesAKeyThatNamesAnotherOrdersPayment() {
    UUID order = order("ann", 300, Status.PENDING);
    UUID other = order("ann", 300, Status.PENDING);
    state.balances().put("ann", 1_000L);
    assertThat(refused(decide(ann("a", order), ann("a", other)).get(1)).refusal())
        .isEqualTo(CommonRefusal.IDEMPOTENCY_KEY_REUSED);
  }

  @Test
  void refusesSomebodyElsesOrderLikeOneThatDoesNotExist() {
    UUID bobs = order("bob", 300, Status.PENDING);
    state.balances().put("ann", 1_000L);
    List<Verdict<Payment>> verdicts =
        decide(ann("a", bobs), ann("b", RequestName.of("order", "none")));
    assertThat(refused(verdicts.get(0)).refusal()).isEqualTo(OrderRefusal.ORDER_NOT_FOUND);
    assertThat(refused(verdicts.get(1)).refusal()).isEqualTo(OrderRefusal.ORDER_NOT_FOUND);
  }

  @Test
  void refusesAnOrderThatIsOverAndTellsHow() {
    state.balances().put("ann", 1_000L);
    for (Status status : List.of(Status.CANCELLED, Status.EXPIRED, Status.REFUNDED)) {
      Refused refused = refused(decide(ann("a", order("ann", 300, status))).get(0));
      assertThat(refused.refusal()).isEqualTo(OrderRefusal.ORDER_NOT_PAYABLE);
      assertThat(refused.members()).containsExactly(Map.entry("orderStatus", status));
    }
  }

  @Test
  void refusesAnOrderFromItsDueInstantOnThoughNoSweepCameByYet() {
    UUID order = order("ann", 300, Status.PENDING);
    state.balances().put("ann", 1_000L);
    List<PayOrder> twice = List.of(ann("a", order), ann("b", order));
    Instant justInTime = DUE.minusNanos(1_000);
    assertThat(Paying.decide(twice.subList(0, 1), at(justInTime)).verdicts().get(0))
        .isEqualTo(
            Verdict.done(new Payment(twice.get(0).id(), order, "ann", 300, 700, justInTime)));
    Paying.Decision late = Paying.decide(twice, at(DUE));
    assertThat(late.verdicts())
        .allSatisfy(
            verdict ->
                assertThat(refused(verdict).members())
                    .containsExactly(Map.entry("orderStatus", Status.EXPIRED)));
    // Its end is written with the answer, once.
    assertThat(late.overdue()).extracting(Order::id).containsExactly(order);
  }

  private State at(Instant now) {
    return new State(state.orders(), state.balances(), state.payments(), now);
  }

  @Test
  void leavesALedgerEntryAndAnEventForEachConsumer() {
    UUID order = order("ann", 300, Status.PENDING);
    Payment payment = new Payment(ann("a", order).id(), order, "ann", 300, 700, NOW);
    UUID entry = RequestName.of("use", payment.id().toString());
    assertThat(payment.entries())
        .containsExactly(new PointEntry(entry, "ann", PointEntry.Type.USE, -300, 700, order, NOW));
    assertThat(payment.events())
        .containsExactly(
            OutboxEvent.of(Consumer.RANKING, "payment.completed", payment.id(), NOW),
            OutboxEvent.of(Consumer.PLATFORM, "payment.completed", payment.id(), NOW));
  }

  @Test
  void leavesNoLedgerEntryOfNothing() {
    UUID order = order("ann", 0, Status.PENDING);
    assertThat(new Payment(ann("a", order).id(), order, "ann", 0, 700, NOW).entries()).isEmpty();
  }

  private UUID order(String userId, long total, Status status) {
    UUID id = RequestName.of("order", userId, Integer.toString(state.orders().size()));
    UUID payment = status == Status.REFUNDED ? RequestName.of("payment", userId, "old") : null;
    state
        .orders()
        .put(
            id,
            new Order(
                id, userId, status, List.of(), total, 0, total, null, payment, id, NOW, DUE,
                List.of()));
    return id;
  }

  private List<Verdict<Payment>> decide(PayOrder... pays) {
    return Paying.decide(List.of(pays), state).verdicts();
  }

  private static PayOrder ann(String key, UUID order) {
    return PayOrder.of("ann", key, order);
  }

  private static Verdict<Payment> paid(PayOrder pay, long amount, long balance) {
    return Verdict.done(new Payment(pay.id(), pay.orderId(), pay.userId(), amount, balance, NOW));
  }

  private static Refused refused(Verdict<Payment> verdict) {
    return ((Verdict.No<Payment>) verdict).because();
  }
}
