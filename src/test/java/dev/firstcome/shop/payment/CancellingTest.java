package dev.firstcome.shop.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.Order.Status;
import dev.firstcome.shop.order.OrderLine;
import dev.firstcome.shop.payment.Cancelling.CancelOrder;
import dev.firstcome.shop.payment.Cancelling.Decision;
import dev.firstcome.shop.payment.Cancelling.State;
import dev.firstcome.shop.point.PointEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CancellingTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final UUID ID = UUID.fromString("00000000-0000-8000-8000-000000000001");
  private static final UUID PAYMENT = UUID.fromString("00000000-0000-8000-8000-000000000002");

  private static Order order(Status status, long total) {
    @Nullable UUID payment = status == Status.PAID || status == Status.REFUNDED ? PAYMENT : null;
    List<OrderLine> lines = List.of(new OrderLine(7, "tea", total, 1, null, 0, 0));
    Instant due = NOW.plusSeconds(60);
    return new Order(
        ID, "ann", status, lines, total, 0, total, null, payment, ID, NOW, due, List.of());
  }

  private static Decision decide(Order order, long balance, CancelOrder... cancels) {
    return decide(NOW, order, balance, cancels);
  }

  private static Decision decide(Instant now, Order order, long balance, CancelOrder... cancels) {
    State state = new State(Map.of(ID, order), Map.of("ann", balance), now);
    return Cancelling.decide(List.of(cancels), state);
  }

  private static CancelOrder cancel(String user) {
    return new CancelOrder(ID, user, user);
  }

  private static String outcome(Verdict<Order> verdict) {
    return verdict instanceof Verdict.No<Order> no
        ? no.because().refusal() + " " + no.because().members()
        : ((Verdict.Done<Order>) verdict).value().status().name();
  }

  @Test
  void cancelsAnUnpaidOrderWithoutTouchingThePoints() {
    Decision decision = decide(order(Status.PENDING, 500), 0, cancel("ann"));

    assertThat(decision.verdicts())
        .extracting(CancellingTest::outcome)
        .containsExactly("CANCELLED");
    assertThat(decision.entries()).isEmpty();
  }

  @Test
  void refundsAPaidOrderOnceHoweverOftenItIsCancelled() {
    Decision decision = decide(order(Status.PAID, 500), 100, cancel("ann"), cancel("ann"));

    assertThat(decision.verdicts())
        .extracting(CancellingTest::outcome)
        .containsExactly("REFUNDED", "REFUNDED");
    assertThat(Verdict.fresh(decision.verdicts())).hasSize(1);
    assertThat(decision.entries())
        .singleElement()
        .matches(entry -> entry.amount() == 500 && entry.balanceAfter() == 600);
  }

  @Test
  void makesNoEntryForAPaidOrderThatCostNothing() {
    Decision decision = decide(order(Status.PAID, 0), 100, cancel("ann"));

    assertThat(Verdict.fresh(decision.verdicts())).hasSize(1);
    assertThat(decision.entries()).isEmpty();
  }

  @Test
  void refusesWhatIsExpiredWhetherOrNotTheSweepHasComeBy() {
    Decision swept = decide(order(Status.EXPIRED, 500), 0, cancel("ann"));
    Decision due =
        decide(NOW.plusSeconds(60), order(Status.PENDING, 500), 0, cancel("ann"), cancel("ann"));

    assertThat(List.of(swept, due))
        .extracting(decision -> outcome(decision.verdicts().get(0)))
        .containsOnly("ORDER_NOT_CANCELLABLE {orderStatus=EXPIRED}");
    // Its end is written with the answer: nobody hears of an expiry that is not decided.
    assertThat(due.closed()).extracting(Order::status).containsExactly(Status.EXPIRED);
    assertThat(swept.closed()).isEmpty();
  }

  @Test
  void refundsWhateverTheBalanceIs() {
    long most = PointEntry.LARGEST_BALANCE;
    Decision decision = decide(order(Status.PAID, 500), most, cancel("ann"));

    assertThat(outcome(decision.verdicts().get(0))).isEqualTo("REFUNDED");
    assertThat(decision.entries()).singleElement().matches(e -> e.balanceAfter() == most + 500);
  }

  @Test
  void knowsNothingOfSomebodyElsesOrder() {
    Decision decision = decide(order(Status.PENDING, 500), 0, cancel("ben"));

    assertThat(outcome(decision.verdicts().get(0))).isEqualTo("ORDER_NOT_FOUND {}");
  }
}
