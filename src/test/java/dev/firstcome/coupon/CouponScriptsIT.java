package dev.firstcome.coupon;

import static dev.firstcome.coupon.CouponScripts.Word.ADMITTED;
import static dev.firstcome.coupon.CouponScripts.Word.ALREADY_YOURS;
import static dev.firstcome.coupon.CouponScripts.Word.NOT_LOADED;
import static dev.firstcome.coupon.CouponScripts.Word.SOLD_OUT;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.coupon.CouponScripts.Word;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.redis.Redis;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.time.Instant;
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

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Instant NOW = Instant.parse("2026-01-31T09:00:00Z");

  @Autowired private CouponScripts scripts;
  @Autowired private Redis redis;

  /** No database makes such an id. */
  private final long coupon = ThreadLocalRandom.current().nextLong(1L << 40, 1L << 52);

  private static <T> T now(Mono<T> call) {
    return requireNonNull(call.block(PATIENCE));
  }

  private void open(int limit) {
    scripts.setLimit(coupon, limit).block(PATIENCE);
  }

  private List<Word> admit(String... users) {
    return now(scripts.admit(coupon, List.of(users), NOW));
  }

  private void confirm(String... users) {
    scripts.settle(coupon, List.of(users), List.of(), false).block(PATIENCE);
  }

  private void release(String... users) {
    scripts.settle(coupon, List.of(), List.of(users), false).block(PATIENCE);
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
    assertThat(admit("c", "a", "b")).containsExactly(ADMITTED, ADMITTED, SOLD_OUT);
    assertThat(held()).isEqualTo(2);
  }

  @Test
  void tellsAHolderYoursEvenWhenItIsSoldOut() {
    open(1);
    assertThat(admit("a", "a", "b", "a"))
        .containsExactly(ADMITTED, ALREADY_YOURS, SOLD_OUT, ALREADY_YOURS);
    assertThat(admit("a")).containsExactly(ALREADY_YOURS);
  }

  @Test
  void admitsExactlyItsLimitOverManyBatchesAtOnce() {
    open(70);
    List<Word> words =
        now(
            Flux.range(0, 20)
                .flatMap(
                    batch ->
                        scripts.admit(
                            coupon,
                            IntStream.range(0, 15).mapToObj(i -> batch + "." + i).toList(),
                            NOW),
                    20)
                .collectList()
                .map(batches -> batches.stream().flatMap(List::stream).toList()));

    assertThat(words).hasSize(300);
    assertThat(words.stream().filter(ADMITTED::equals)).hasSize(70);
    assertThat(words.stream().filter(SOLD_OUT::equals)).hasSize(230);
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
    assertThat(admit("b", "c", "a")).containsExactly(ADMITTED, SOLD_OUT, SOLD_OUT);
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
    assertThat(admit("a", "b")).containsExactly(ADMITTED, SOLD_OUT);
  }

  /** Decided by the database while the gate was away, or while it was being loaded. */
  @Test
  void countsAConfirmedHolderWhomItNeverAdmitted() {
    open(2);
    confirm("a");
    assertThat(admit("a", "b", "c")).containsExactly(ALREADY_YOURS, ADMITTED, SOLD_OUT);
  }

  @Test
  void settlesConfirmedAndReleasedTogether() {
    open(2);
    admit("a", "b");
    scripts.settle(coupon, List.of("a"), List.of("b"), false).block(PATIENCE);
    assertThat(held()).isZero();
    assertThat(admit("c", "b", "a")).containsExactly(ADMITTED, SOLD_OUT, ALREADY_YOURS);
  }

  @Test
  void closesWhenItWasTooGenerousUntilItIsLoadedAnew() {
    open(5);
    admit("a", "b");
    scripts.settle(coupon, List.of("a"), List.of("b"), true).block(PATIENCE);
    assertThat(admit("c")).containsExactly(NOT_LOADED);

    scripts.addHolders(coupon, List.of("a", "x")).block(PATIENCE);
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
