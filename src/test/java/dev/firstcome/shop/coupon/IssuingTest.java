package dev.firstcome.shop.coupon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.refusal.Refused;
import dev.firstcome.shop.coupon.Issuing.IssueCoupon;
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

  private static Campaign campaign(long id) {
    Discount discount = new Discount(Discount.Type.FIXED, 1000, null);
    return new Campaign(
        id, "campaign", discount, 0, 1000, OPENING, CLOSING, CLOSING.plusSeconds(3600), false);
  }

  private static Map<Long, Campaign.Standing> left(long... numbers) {
    Map<Long, Campaign.Standing> campaigns = new HashMap<>();
    for (int i = 0; i < numbers.length; i++) {
      campaigns.put(i + 1L, new Campaign.Standing(campaign(i + 1), 1000 - numbers[i]));
    }
    return campaigns;
  }

  private static List<Verdict<IssuedCoupon>> decide(
      List<IssueCoupon> asks, Map<Long, Campaign.Standing> campaigns, IssuedCoupon... issued) {
    Map<UUID, IssuedCoupon> already = new HashMap<>();
    List.of(issued).forEach(one -> already.put(one.id(), one));
    return Issuing.decide(asks, campaigns, already, OPENING);
  }

  private static IssueCoupon ask(long coupon, String user) {
    return IssueCoupon.of(campaign(coupon), user);
  }

  private static CouponRefusal refusal(Verdict<IssuedCoupon> verdict) {
    return (CouponRefusal) ((Verdict.No<IssuedCoupon>) verdict).because().refusal();
  }

  @Test
  void givesTheLastOneToTheFirstWhoAsked() {
    List<Verdict<IssuedCoupon>> verdicts = decide(List.of(ask(1, "ann"), ask(1, "ben")), left(1));

    assertThat(Verdict.fresh(verdicts)).extracting(IssuedCoupon::userId).containsExactly("ann");
    assertThat(refusal(verdicts.get(1))).isEqualTo(CouponRefusal.COUPON_SOLD_OUT);
  }

  @Test
  void tellsAHolderThatItIsTheirsEvenWhenNoneIsLeftAndTheTimeIsOver() {
    IssuedCoupon mine = IssuedCoupon.issue(campaign(1), "ann", OPENING);

    assertThat(Issuing.decide(List.of(ask(1, "ann")), left(0), Map.of(mine.id(), mine), CLOSING))
        .containsExactly(Verdict.replayed(mine));
  }

  @Test
  void givesOutFromTheFirstInstantToJustBeforeTheLast() {
    assertThat(at(OPENING.minusNanos(1_000))).isEqualTo("COUPON_NOT_OPEN SCHEDULED");
    assertThat(at(OPENING)).isEqualTo("issued");
    assertThat(at(CLOSING.minusNanos(1_000))).isEqualTo("issued");
    assertThat(at(CLOSING)).isEqualTo("COUPON_NOT_OPEN CLOSED");
  }

  private static String at(Instant now) {
    return Issuing.decide(List.of(ask(1, "ann")), left(9), Map.of(), now).get(0)
            instanceof Verdict.No<IssuedCoupon> no
        ? no.because().refusal() + " " + no.because().members().get("campaignStatus")
        : "issued";
  }

  /** What the asker's instance remembers does not matter. */
  @Test
  void decidesByTheTermsThatAreLockedAndNotByThoseThatWereKnown() {
    Campaign known = campaign(1);
    Campaign.Change pause = new Campaign.Change(null, null, null, null, null, true);
    Map<Long, Campaign.Standing> paused =
        Map.of(1L, new Campaign.Standing(pause.applyTo(known, 0), 0));

    Verdict<IssuedCoupon> verdict = decide(List.of(ask(1, "ann")), paused).get(0);
    assertThat(refusal(verdict)).isEqualTo(CouponRefusal.COUPON_NOT_OPEN);
    assertThat(((Verdict.No<IssuedCoupon>) verdict).because().members())
        .containsEntry("campaignStatus", Campaign.Status.PAUSED);
  }

  @Test
  void neverHasFewerThanItHasIssuedNorTakesTimeFromThoseWhoHaveOne() {
    Campaign.Change fewer = new Campaign.Change(null, 6L, null, null, null, null);
    Campaign.Change sooner = new Campaign.Change(null, null, null, null, CLOSING, null);

    assertThat(fewer.applyTo(campaign(1), 6).totalQuantity()).isEqualTo(6);
    assertThat(sooner.applyTo(campaign(1), 0).validUntil()).isEqualTo(CLOSING);
    assertThatThrownBy(() -> fewer.applyTo(campaign(1), 7))
        .isInstanceOfSatisfying(
            Refused.class, no -> assertThat(no.members()).containsEntry("issued", 7L));
    assertThatThrownBy(() -> sooner.applyTo(campaign(1), 1)).isInstanceOf(Refused.class);
  }

  @Property(tries = 500)
  void neverGivesMoreThanThereAreNorTwoToOne(
      @ForAll("crowd") List<IssueCoupon> asks, @ForAll @IntRange(max = 6) int leftOfOne) {
    Map<Long, Long> left = Map.of(1L, (long) leftOfOne, 2L, 3L);
    List<Verdict<IssuedCoupon>> verdicts = decide(asks, left(leftOfOne, 3));

    assertThat(verdicts).hasSameSizeAs(asks);
    List<IssuedCoupon> fresh = Verdict.fresh(verdicts);
    Map<Long, Long> given = new HashMap<>();
    fresh.forEach(issued -> given.merge(issued.coupon().id(), 1L, Long::sum));
    for (long coupon : List.of(1L, 2L)) {
      long people =
          asks.stream()
              .filter(a -> a.coupon().id() == coupon)
              .map(IssueCoupon::userId)
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
      @ForAll("crowd") List<IssueCoupon> asks, @ForAll @IntRange(max = 20) int cut) {
    int at = Math.min(cut, asks.size());
    Map<Long, Long> left = new HashMap<>(Map.of(1L, 3L, 2L, 2L));
    List<Verdict<IssuedCoupon>> first = decide(asks.subList(0, at), left(3, 2));
    Map<UUID, IssuedCoupon> issued = new HashMap<>();
    for (IssuedCoupon fresh : Verdict.fresh(first)) {
      issued.put(fresh.id(), fresh);
      left.merge(fresh.coupon().id(), -1L, Long::sum);
    }
    List<Verdict<IssuedCoupon>> inTwo = new ArrayList<>(first);
    inTwo.addAll(
        Issuing.decide(
            asks.subList(at, asks.size()),
            left(left.getOrDefault(1L, 0L), left.getOrDefault(2L, 0L)),
            issued,
            OPENING));

    List<Verdict<IssuedCoupon>> inOne = decide(asks, left(3, 2));
    assertThat(inTwo.stream().map(IssuingTest::text))
        .isEqualTo(inOne.stream().map(IssuingTest::text).toList());
  }

  private static String text(Verdict<IssuedCoupon> verdict) {
    return verdict instanceof Verdict.No<IssuedCoupon>
        ? refusal(verdict).name()
        : verdict.toString();
  }

  @Provide
  Arbitrary<List<IssueCoupon>> crowd() {
    Arbitrary<Long> coupons = Arbitraries.longs().between(1, 2);
    Arbitrary<String> users = Arbitraries.of("ann", "ben", "cho", "dan", "eun", "fay");
    return Combinators.combine(coupons, users)
        .as((id, user) -> IssueCoupon.of(campaign(id), user))
        .list()
        .ofMaxSize(20);
  }
}
