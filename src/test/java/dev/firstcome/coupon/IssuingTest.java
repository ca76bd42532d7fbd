package dev.firstcome.coupon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.batch.Verdict;
import dev.firstcome.coupon.Issuing.Ask;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class IssuingTest {

  private static final Instant OPENING = Instant.parse("2026-11-22T10:00:00Z");
  private static final Instant CLOSING = OPENING.plusSeconds(3600);

  private static Coupon campaign(long id) {
    Discount discount = new Discount(Discount.Type.FIXED, 1000, null);
    return new Coupon(
        id, "campaign", discount, 0, 1000, OPENING, CLOSING, CLOSING.plusSeconds(3600));
  }

  private static Ask ask(long coupon, String user) {
    return Ask.of(campaign(coupon), user, OPENING);
  }

  private static CouponRefusal refusal(Verdict<IssuedCoupon> verdict) {
    return (CouponRefusal) ((Verdict.No<IssuedCoupon>) verdict).because().refusal();
  }

  @Test
  void givesTheLastOneToTheFirstWhoAsked() {
    List<Verdict<IssuedCoupon>> verdicts =
        Issuing.decide(List.of(ask(1, "ann"), ask(1, "ben")), Map.of(1L, 1L), Map.of());

    assertThat(Verdict.fresh(verdicts)).extracting(IssuedCoupon::userId).containsExactly("ann");
    assertThat(refusal(verdicts.get(1))).isEqualTo(CouponRefusal.COUPON_SOLD_OUT);
  }

  @Test
  void tellsAHolderThatItIsTheirsEvenWhenNoneIsLeftAndTheTimeIsOver() {
    IssuedCoupon mine = IssuedCoupon.issue(campaign(1), "ann", OPENING);
    Ask late = Ask.of(campaign(1), "ann", CLOSING);

    assertThat(Issuing.decide(List.of(late), Map.of(1L, 0L), Map.of(mine.id(), mine)))
        .containsExactly(Verdict.replayed(mine));
  }

  @Test
  void givesOutFromTheFirstInstantToJustBeforeTheLast() {
    List<Ask> asks =
        List.of(
            Ask.of(campaign(1), "early", OPENING.minusNanos(1)),
            Ask.of(campaign(1), "first", OPENING),
            Ask.of(campaign(1), "last", CLOSING.minusNanos(1)),
            Ask.of(campaign(1), "late", CLOSING));
    List<Verdict<IssuedCoupon>> verdicts = Issuing.decide(asks, Map.of(1L, 9L), Map.of());

    assertThat(Verdict.fresh(verdicts))
        .extracting(IssuedCoupon::userId)
        .containsExactly("first", "last");
    assertThat(refusal(verdicts.get(0))).isEqualTo(CouponRefusal.COUPON_NOT_OPEN);
    assertThat(refusal(verdicts.get(3))).isEqualTo(CouponRefusal.COUPON_NOT_OPEN);
  }

  @Property(tries = 500)
  void neverGivesMoreThanThereAreNorTwoToOne(
      @ForAll("crowd") List<Ask> asks, @ForAll @IntRange(max = 6) int leftOfOne) {
    Map<Long, Long> left = Map.of(1L, (long) leftOfOne, 2L, 3L);
    List<Verdict<IssuedCoupon>> verdicts = Issuing.decide(asks, left, Map.of());

    assertThat(verdicts).hasSameSizeAs(asks);
    List<IssuedCoupon> fresh = Verdict.fresh(verdicts);
    Map<Long, Long> given = new HashMap<>();
    fresh.forEach(issued -> given.merge(issued.coupon().id(), 1L, Long::sum));
    for (long coupon : List.of(1L, 2L)) {
      long people =
          asks.stream()
              .filter(a -> a.coupon().id() == coupon && a.coupon().isOpen(a.at()))
              .map(Ask::userId)
              .distinct()
              .count();
      // Exactly as many as there are, if enough people ask in time.
      assertThat(given.getOrDefault(coupon, 0L))
          .isEqualTo(Math.min(left.getOrDefault(coupon, 0L), people));
    }
    Set<UUID> ids = new HashSet<>();
    assertThat(fresh).allMatch(issued -> ids.add(issued.id()));
  }

  @Property(tries = 500)
  void decidesTwoBatchesLikeOne(
      @ForAll("crowd") List<Ask> asks, @ForAll @IntRange(max = 20) int cut) {
    int at = Math.min(cut, asks.size());
    Map<Long, Long> left = new HashMap<>(Map.of(1L, 3L, 2L, 2L));
    List<Verdict<IssuedCoupon>> first = Issuing.decide(asks.subList(0, at), left, Map.of());
    Map<UUID, IssuedCoupon> issued = new HashMap<>();
    for (IssuedCoupon fresh : Verdict.fresh(first)) {
      issued.put(fresh.id(), fresh);
      left.merge(fresh.coupon().id(), -1L, Long::sum);
    }
    List<Verdict<IssuedCoupon>> inTwo = new ArrayList<>(first);
    inTwo.addAll(Issuing.decide(asks.subList(at, asks.size()), left, issued));

    List<Verdict<IssuedCoupon>> inOne = Issuing.decide(asks, Map.of(1L, 3L, 2L, 2L), Map.of());
    assertThat(inTwo.stream().map(IssuingTest::text))
        .isEqualTo(inOne.stream().map(IssuingTest::text).toList());
  }

  private static String text(Verdict<IssuedCoupon> verdict) {
    return verdict instanceof Verdict.No<IssuedCoupon>
        ? refusal(verdict).name()
        : verdict.toString();
  }

  @Provide
  Arbitrary<List<Ask>> crowd() {
    Arbitrary<Long> coupons = Arbitraries.longs().between(1, 2);
    Arbitrary<String> users = Arbitraries.of("ann", "ben", "cho", "dan", "eun", "fay");
    Arbitrary<Integer> seconds = Arbitraries.integers().between(-1200, 4800);
    return Combinators.combine(coupons, users, seconds)
        .as((id, user, after) -> Ask.of(campaign(id), user, OPENING.plusSeconds(after)))
        .list()
        .ofMaxSize(20);
  }
}
