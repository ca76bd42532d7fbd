package dev.firstcome.shop.coupon;

import static dev.firstcome.harness.Patience.SOON;
import static dev.firstcome.shop.coupon.CouponScripts.Outcome.ADMITTED;
import static dev.firstcome.shop.coupon.CouponScripts.Outcome.ALREADY_YOURS;
import static dev.firstcome.shop.coupon.CouponScripts.Outcome.NOT_LOADED;
import static dev.firstcome.shop.coupon.CouponScripts.Outcome.SOLD_OUT;
import static dev.firstcome.shop.coupon.CouponScripts.Outcome.UNDECIDED;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.shop.coupon.CouponScripts.Outcome;
import io.lettuce.core.cluster.SlotHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The gate's scripts alone, on a real Redis, with campaigns that only they know. */
@ShopTest
class CouponScriptsIT {

  @Autowired private CouponScripts scripts;
  @Autowired private Redis redis;

  /** No database makes such an id. */
  private final long coupon = ThreadLocalRandom.current().nextLong(1L << 40, 1L << 52);

  private static <T> T now(Mono<T> call) {
    return requireNonNull(call.block(SOON));
  }

  private void open(int limit) {
    scripts.setLimit(coupon, limit).block(SOON);
  }

  private List<Outcome> admit(String... users) {
    return now(scripts.admit(coupon, List.of(users)));
  }

  private void confirm(String... users) {
    scripts.settle(coupon, List.of(users), List.of(), false).block(SOON);
  }

  private void release(String... users) {
    scripts.settle(coupon, List.of(), List.of(users), false).block(SOON);
  }

  private long held() {
    return now(redis.call(r -> r.zcard("coupon:{" + coupon + "}:held")));
  }

  private long holders() {
    return now(redis.call(r -> r.scard("coupon:{" + coupon + "}:holders")));
  }

  @Test
  void saysToEverybodyThatItIsNotLoaded() {
    assertThat(admit("a", "b", "a")).containsExactly(NOT_LOADED, NOT_LOADED, NOT_LOADED);
    assertThat(holders()).isZero();
    assertThat(held()).isZero();
  }

  @Test
  void admitsInTheOrderOfArrival() {
    open(2);
    assertThat(admit("c", "a", "b")).containsExactly(ADMITTED, ADMITTED, UNDECIDED);
    assertThat(held()).isEqualTo(2);
  }

  @Test
  void tellsAHolderYoursEvenWhenItIsSoldOut() {
    open(1);
    assertThat(admit("a", "a", "b", "a"))
        .containsExactly(ADMITTED, ALREADY_YOURS, UNDECIDED, ALREADY_YOURS);
    assertThat(admit("a")).containsExactly(ALREADY_YOURS);
  }

  @Test
  void admitsExactlyItsLimitOverManyBatchesAtOnce() {
    open(70);
    List<Outcome> words =
        now(
            Flux.range(0, 20)
                .flatMap(
                    batch ->
                        scripts.admit(
                            coupon, IntStream.range(0, 15).mapToObj(i -> batch + "." + i).toList()),
                    20)
                .collectList()
                .map(batches -> batches.stream().flatMap(List::stream).toList()));

    assertThat(words).hasSize(300);
    assertThat(words.stream().filter(ADMITTED::equals)).hasSize(70);
    assertThat(words.stream().filter(UNDECIDED::equals)).hasSize(230);
    assertThat(holders()).isEqualTo(70);
  }

  @Test
  void keepsWhatIsConfirmedAndNoLongerHoldsIt() {
    open(1);
    admit("a");
    confirm("a");
    confirm("a");
    assertThat(held()).isZero();
    assertThat(admit("b", "a")).containsExactly(SOLD_OUT, ALREADY_YOURS);
  }

  @Test
  void givesWhatIsReleasedToTheNextOnceHoweverOftenItIsReleased() {
    open(1);
    admit("a");
    release("a");
    release("a");
    assertThat(held()).isZero();
    assertThat(admit("b", "c", "a")).containsExactly(ADMITTED, UNDECIDED, UNDECIDED);
  }

  @Test
  void neverReleasesWhatIsConfirmed() {
    open(1);
    admit("a");
    confirm("a");
    release("a");
    assertThat(admit("b", "a")).containsExactly(SOLD_OUT, ALREADY_YOURS);
  }

  @Test
  void takesNoHarmFromTheReleaseOfSomebodyUnknown() {
    open(1);
    release("nobody");
    assertThat(holders()).isZero();
    assertThat(admit("a", "b")).containsExactly(ADMITTED, UNDECIDED);
  }

  /** Decided by the database while the gate was away, or while it was being loaded. */
  @Test
  void countsAConfirmedHolderWhomItNeverAdmitted() {
    open(2);
    confirm("a");
    assertThat(admit("a", "b", "c")).containsExactly(ALREADY_YOURS, ADMITTED, UNDECIDED);
  }

  /** Who hears "sold out" goes away: it is said only once every coupon is committed. */
  @Test
  void saysSoldOutOnlyOnceAllAreCommitted() {
    open(2);
    admit("a", "b");
    assertThat(admit("c")).containsExactly(UNDECIDED);
    confirm("a");
    assertThat(admit("c")).containsExactly(UNDECIDED);
    confirm("b");
    assertThat(admit("c")).containsExactly(SOLD_OUT);
  }

  @Test
  void keepsNoKeyForEver() {
    open(2);
    admit("a");
    confirm("z");
    for (String key : CouponScripts.keys(coupon)) {
      Long seconds = now(redis.call(r -> r.ttl(key)));
      assertThat(seconds).as(key).isNotEqualTo(-1).isLessThanOrEqualTo(86_400);
    }
  }

  @Test
  void settlesConfirmedAndReleasedTogether() {
    open(2);
    admit("a", "b");
    scripts.settle(coupon, List.of("a"), List.of("b"), false).block(SOON);
    assertThat(held()).isZero();
    assertThat(admit("c", "b", "a")).containsExactly(ADMITTED, UNDECIDED, ALREADY_YOURS);
  }

  @Test
  void closesWhenItWasTooGenerousUntilItIsLoadedAnew() {
    open(5);
    admit("a", "b");
    scripts.settle(coupon, List.of("a"), List.of("b"), true).block(SOON);
    assertThat(admit("c")).containsExactly(NOT_LOADED);

    scripts.addHolders(coupon, List.of("a", "x")).block(SOON);
    open(2);
    assertThat(admit("c", "x")).containsExactly(SOLD_OUT, ALREADY_YOURS);
  }

  @Test
  void healsWhenRedisHasForgottenItsScripts() {
    open(1);
    now(redis.call(r -> r.scriptFlush()));
    assertThat(admit("a")).containsExactly(ADMITTED);
    now(redis.call(r -> r.scriptFlush()));
    confirm("a");
    assertThat(held()).isZero();
  }

  @Test
  void keepsACampaignInOneSlotAndCampaignsInMany() {
    assertThat(slots(coupon)).containsOnly(SlotHash.getSlot(CouponScripts.keys(coupon)[0]));
    List<Integer> first = new ArrayList<>();
    IntStream.range(0, 20).forEach(i -> first.add(slots(i).get(0)));
    assertThat(first).doesNotHaveDuplicates();
  }

  private static List<Integer> slots(long coupon) {
    return Arrays.stream(CouponScripts.keys(coupon)).map(SlotHash::getSlot).toList();
  }
}
