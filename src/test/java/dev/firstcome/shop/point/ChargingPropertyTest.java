package dev.firstcome.shop.point;

import static dev.firstcome.shop.point.PointEntry.LARGEST_BALANCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import dev.firstcome.shop.point.Charging.ChargePoints;
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

/** What holds for every batch of charges and every state: few users and keys, so that they meet. */
class ChargingPropertyTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  /** What a batch is decided on. */
  record State(Map<String, Long> balances, Map<UUID, PointEntry> existing) {

    State after(List<Verdict<PointEntry>> verdicts) {
      State next = new State(new HashMap<>(balances), new HashMap<>(existing));
      for (PointEntry entry : Verdict.fresh(verdicts)) {
        next.balances.put(entry.userId(), entry.balanceAfter());
        next.existing.put(entry.id(), entry);
      }
      return next;
    }

    List<Verdict<PointEntry>> decide(List<ChargePoints> charges) {
      return Charging.decide(charges, balances, existing);
    }
  }

  @Property
  void balanceIsTheSumOfItsEntriesAndWithinItsLimits(
      @ForAll("charges") List<ChargePoints> charges, @ForAll("states") State state) {
    Map<String, Long> sums = new HashMap<>(state.balances);
    for (PointEntry entry : Verdict.fresh(state.decide(charges))) {
      sums.merge(entry.userId(), entry.amount(), Long::sum);
      assertThat(entry.balanceAfter())
          .isEqualTo(sums.get(entry.userId()))
          .isBetween(0L, LARGEST_BALANCE);
    }
  }

  @Property
  void oneKeyHasOneEffect(
      @ForAll("charges") List<ChargePoints> charges, @ForAll("states") State state) {
    assertThat(Verdict.fresh(state.decide(charges)))
        .extracting(PointEntry::id)
        .doesNotHaveDuplicates()
        .noneMatch(state.existing::containsKey);
  }

  @Property
  void everyChargeHearsExactlyWhatItsTurnDemands(
      @ForAll("charges") List<ChargePoints> charges, @ForAll("states") State state) {
    List<Verdict<PointEntry>> verdicts = state.decide(charges);
    assertThat(verdicts).hasSameSizeAs(charges);
    State turn = state;
    for (int i = 0; i < charges.size(); i++) {
      assertIsWhatItsTurnDemands(charges.get(i), verdicts.get(i), turn);
      turn = turn.after(verdicts.subList(i, i + 1));
    }
  }

  private static void assertIsWhatItsTurnDemands(
      ChargePoints charge, Verdict<PointEntry> verdict, State turn) {
    long balance = turn.balances.getOrDefault(charge.userId(), 0L);
    PointEntry earlier = turn.existing.get(charge.id());
    if (earlier != null && earlier.amount() == charge.amount()) {
      assertThat(verdict).isEqualTo(Verdict.replayed(earlier));
    } else if (earlier != null) {
      assertRefused(verdict, CommonRefusal.IDEMPOTENCY_KEY_REUSED.refused());
    } else if (balance + charge.amount() > LARGEST_BALANCE) {
      assertRefused(
          verdict,
          PointRefusal.POINT_LIMIT_EXCEEDED.refused("balance", balance, "maximum", 1_000_000_000L));
    } else {
      assertThat(verdict)
          .isEqualTo(
              Verdict.done(
                  new PointEntry(
                      charge.id(),
                      charge.userId(),
                      PointEntry.Type.CHARGE,
                      charge.amount(),
                      balance + charge.amount(),
                      null,
                      charge.at())));
    }
  }

  @Property
  void aBatchDecidesLikeTwoOneAfterTheOther(
      @ForAll("charges") List<ChargePoints> charges,
      @ForAll("states") State state,
      @ForAll @IntRange(max = 40) int cut) {
    int at = Math.min(cut, charges.size());
    List<Verdict<PointEntry>> whole = state.decide(charges);
    List<Verdict<PointEntry>> first = state.decide(charges.subList(0, at));
    List<Verdict<PointEntry>> second =
        state.after(first).decide(charges.subList(at, charges.size()));
    assertSame(whole.subList(0, at), first);
    assertSame(whole.subList(at, whole.size()), second);
  }

  private static void assertSame(
      List<Verdict<PointEntry>> expected, List<Verdict<PointEntry>> actual) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      if (expected.get(i) instanceof Verdict.No<PointEntry> no) {
        assertRefused(actual.get(i), no.because());
      } else {
        assertThat(actual.get(i)).isEqualTo(expected.get(i));
      }
    }
  }

  private static void assertRefused(Verdict<PointEntry> verdict, Refused expected) {
    assertThat(verdict).isInstanceOf(Verdict.No.class);
    Refused actual = ((Verdict.No<PointEntry>) verdict).because();
    assertThat(actual.refusal()).isEqualTo(expected.refusal());
    assertThat(actual.members()).containsExactlyEntriesOf(expected.members());
  }

  @Provide
  Arbitrary<List<ChargePoints>> charges() {
    return Combinators.combine(users(), keys(), amounts())
        .as((user, key, amount) -> ChargePoints.of(user, key, amount, NOW))
        .list()
        .ofMaxSize(40);
  }

  @Provide
  Arbitrary<State> states() {
    Arbitrary<Map<String, Long>> balances = Arbitraries.maps(users(), balance()).ofMaxSize(3);
    Arbitrary<List<PointEntry>> existing =
        Combinators.combine(users(), keys(), amounts(), balance())
            .as((user, key, amount, before) -> ChargePoints.of(user, key, amount, NOW).on(before))
            .list()
            .ofMaxSize(5);
    return Combinators.combine(balances, existing)
        .as(
            (held, entries) -> {
              State state = new State(held, new HashMap<>());
              entries.forEach(entry -> state.existing.put(entry.id(), entry));
              return state;
            });
  }

  private static Arbitrary<String> users() {
    return Arbitraries.of("ann", "bob", "cem");
  }

  private static Arbitrary<String> keys() {
    return Arbitraries.integers().between(1, 12).map(i -> "key-" + i);
  }

  private static Arbitrary<Long> amounts() {
    return Arbitraries.oneOf(
        Arbitraries.of(1L, 2L, 1_000L, 1_000_000L, LARGEST_BALANCE),
        Arbitraries.longs().between(1, LARGEST_BALANCE));
  }

  private static Arbitrary<Long> balance() {
    return Arbitraries.oneOf(
        Arbitraries.of(0L, 1L, LARGEST_BALANCE - 1_000, LARGEST_BALANCE - 1, LARGEST_BALANCE),
        Arbitraries.longs().between(0, LARGEST_BALANCE));
  }
}
