package dev.firstcome.shop.point;

import static dev.firstcome.shop.point.PointEntry.LARGEST_BALANCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import dev.firstcome.shop.point.Charging.ChargePoints;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ChargingTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void chargesAUserWhoWasNeverSeen() {
    assertThat(decide(Map.of(), ann("a", 500))).containsExactly(charged("a", 500, 500));
  }

  @Test
  void appliesSeveralChargesOfOneUserOneAfterTheOther() {
    assertThat(decide(Map.of("ann", 100L), ann("a", 1), ann("b", 2), ann("c", 3)))
        .containsExactly(charged("a", 1, 101), charged("b", 2, 103), charged("c", 3, 106));
  }

  @Test
  void replaysTheSecondOfOneKeyInOneBatch() {
    assertThat(decide(Map.of(), ann("a", 5), ann("b", 7), ann("a", 5)))
        .containsExactly(
            charged("a", 5, 5), charged("b", 7, 12), Verdict.replayed(ann("a", 5).on(0)));
  }

  @Test
  void replaysWithTheBalanceAsItWasAfterThatCharge() {
    PointEntry earlier = ann("a", 5).on(10);
    assertThat(
            Charging.decide(
                List.of(ann("a", 5)), Map.of("ann", 900L), Map.of(earlier.id(), earlier)))
        .containsExactly(Verdict.replayed(earlier));
  }

  @Test
  void refusesAKeyThatNamesAnotherAmount() {
    PointEntry earlier = ann("a", 5).on(0);
    List<Verdict<PointEntry>> verdicts =
        Charging.decide(List.of(ann("a", 6)), Map.of("ann", 5L), Map.of(earlier.id(), earlier));
    assertThat(refused(verdicts.get(0)).refusal()).isEqualTo(CommonRefusal.IDEMPOTENCY_KEY_REUSED);
  }

  @Test
  void keepsTheSameKeyOfTwoUsersApart() {
    ChargePoints bobs = ChargePoints.of("bob", "a", 5, NOW);
    assertThat(decide(Map.of(), ann("a", 5), bobs))
        .containsExactly(charged("a", 5, 5), Verdict.done(bobs.on(0)));
  }

  @Test
  void fillsABalanceToTheLimitAndNotAboveIt() {
    List<Verdict<PointEntry>> verdicts =
        decide(Map.of("ann", LARGEST_BALANCE - 5), ann("a", 6), ann("b", 5), ann("c", 1));
    assertThat(refused(verdicts.get(0)).members())
        .containsExactly(
            Map.entry("balance", LARGEST_BALANCE - 5), Map.entry("maximum", LARGEST_BALANCE));
    assertThat(verdicts.get(1)).isEqualTo(charged("b", 5, LARGEST_BALANCE));
    assertThat(refused(verdicts.get(2)).refusal()).isEqualTo(PointRefusal.POINT_LIMIT_EXCEEDED);
  }

  @Test
  void replaysAChargeThoughTheBalanceIsFullByNow() {
    PointEntry earlier = ann("a", 5).on(LARGEST_BALANCE - 5);
    Map<UUID, PointEntry> existing = Map.of(earlier.id(), earlier);
    assertThat(Charging.decide(List.of(ann("a", 5)), Map.of("ann", LARGEST_BALANCE), existing))
        .containsExactly(Verdict.replayed(earlier));
  }

  private static List<Verdict<PointEntry>> decide(
      Map<String, Long> balances, ChargePoints... charges) {
    return Charging.decide(List.of(charges), balances, Map.of());
  }

  private static ChargePoints ann(String key, long amount) {
    return ChargePoints.of("ann", key, amount, NOW);
  }

  private static Verdict<PointEntry> charged(String key, long amount, long after) {
    return Verdict.done(ann(key, amount).on(after - amount));
  }

  private static Refused refused(Verdict<PointEntry> verdict) {
    return ((Verdict.No<PointEntry>) verdict).because();
  }
}
