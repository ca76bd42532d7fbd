package dev.firstcome.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.batch.Verdict;
import dev.firstcome.order.Order;
import dev.firstcome.order.Order.Status;
import dev.firstcome.payment.Cancelling.Cancel;
import dev.firstcome.payment.Cancelling.Decision;
import dev.firstcome.payment.Cancelling.State;
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
  private static final long LIMIT = 10_000;

  private static Order order(Status status, long total) {
    @Nullable UUID payment = status == Status.PAID || status == Status.REFUNDED ? PAYMENT : null;
    return new Order(
        ID, "ann", status, List.of(), total, 0, total, null, payment, ID, NOW, NOW.plusSeconds(60));
  }

  private static Decision decide(Order order, long balance, Cancel... cancels) {
    State state = new State(Map.of(ID, order), Map.of("ann", balance));
    return Cancelling.decide(List.of(cancels), state, LIMIT);
  }

  private static Cancel cancel(String user, Instant at) {
    return new Cancel(ID, user, at);
  }

  private static String outcome(Verdict<Order> verdict) {
    return verdict instanceof Verdict.No<Order> no
        ? no.because().refusal() + " " + no.because().members()
        : ((Verdict.Done<Order>) verdict).value().status().name();
  }

  @Test
  void cancelsAnUnpaidOrderWithoutTouchingThePoints() {
    Decision decision = decide(order(Status.PENDING, 500), 0, cancel("ann", NOW));

    assertThat(decision.verdicts())
        .extracting(CancellingTest::outcome)
        .containsExactly("CANCELLED");
    assertThat(decision.refunds()).isEmpty();
  }

  @Test
  void refundsAPaidOrderOnceHoweverOftenItIsCancelled() {
    Decision decision =
        decide(order(Status.PAID, 500), 100, cancel("ann", NOW), cancel("ann", NOW));

    assertThat(decision.verdicts())
        .extracting(CancellingTest::outcome)
        .containsExactly("REFUNDED", "REFUNDED");
    assertThat(Verdict.fresh(decision.verdicts())).hasSize(1);
    assertThat(decision.refunds())
        .singleElement()
        .matches(entry -> entry.amount() == 500 && entry.balanceAfter() == 600);
  }

  @Test
  void makesNoEntryForAPaidOrderThatCostNothing() {
    Decision decision = decide(order(Status.PAID, 0), 100, cancel("ann", NOW));

    assertThat(Verdict.fresh(decision.verdicts())).hasSize(1);
    assertThat(decision.refunds()).isEmpty();
  }

  @Test
  void refusesWhatIsExpiredWhetherOrNotTheSweepHasComeBy() {
    Decision swept = decide(order(Status.EXPIRED, 500), 0, cancel("ann", NOW));
    Decision due = decide(order(Status.PENDING, 500), 0, cancel("ann", NOW.plusSeconds(60)));

    assertThat(List.of(swept, due))
        .extracting(decision -> outcome(decision.verdicts().get(0)))
        .containsOnly("ORDER_NOT_CANCELLABLE {status=EXPIRED}");
  }

  @Test
  void refusesARefundThatTheBalanceCannotHold() {
    Decision decision = decide(order(Status.PAID, 500), LIMIT - 499, cancel("ann", NOW));

    assertThat(outcome(decision.verdicts().get(0)))
        .isEqualTo("POINT_LIMIT_EXCEEDED {balance=9501, maximum=10000}");
    assertThat(decision.refunds()).isEmpty();
  }

  @Test
  void knowsNothingOfSomebodyElsesOrder() {
    Decision decision = decide(order(Status.PENDING, 500), 0, cancel("ben", NOW));

    assertThat(outcome(decision.verdicts().get(0))).isEqualTo("ORDER_NOT_FOUND {}");
  }
}
