package dev.firstcome.shop.ranking;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.shop.ranking.SalesScripts.Outcome;
import dev.firstcome.shop.ranking.SalesScripts.Top;
import dev.firstcome.shop.ranking.SalesScripts.Units;
import dev.firstcome.shop.ranking.ShopWithItsOwnTime.HandClock;
import dev.firstcome.shop.ranking.ShopWithItsOwnTime.Till;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;

/** The Lua by itself, on a real Redis; how long the window is, is whatever a test says. */
@SpringBootTest(classes = Firstcome.class)
@ContextConfiguration(initializers = OwnStores.class)
@Import(ShopWithItsOwnTime.class)
@NullUnmarked
class SalesScriptsIT {

  /** This minute, by Redis's clock; it lasts a little longer. */
  private long now;

  @Autowired SalesScripts scripts;
  @Autowired Redis redis;
  @Autowired Till till;
  @Autowired HandClock clock;

  private UUID token = UUID.randomUUID();

  @BeforeEach
  void startEmpty() throws InterruptedException {
    till.stopEverythingElse();
    redis.call(r -> r.flushdb()).block(SOON);
    await().atMost(SOON).until(() -> redisSeconds() % 60 < 50);
    now = redisSeconds() / 60;
    clock.set(now);
  }

  private long redisSeconds() {
    return Long.parseLong(redis.call(r -> r.time()).block(SOON).get(0));
  }

  private void load(Sale... sales) {
    UUID next = UUID.randomUUID();
    assertThat(scripts.begin(token, next).block(SOON)).isTrue();
    token = next;
    give(sales);
  }

  private void give(Sale... sales) {
    UUID next = UUID.randomUUID();
    assertThat(scripts.project(token, next, null, Arrays.asList(sales)).block(SOON)).isTrue();
    token = next;
  }

  private Top at(long minute) {
    Top top;
    clock.set(minute);
    do {
      top = scripts.top(5).block(SOON);
    } while (top.word() == Outcome.BEHIND);
    return top;
  }

  private static Sale sale(long minute, long product, long units, long version) {
    return new Sale(minute, product, units, version);
  }

  @Test
  void anEmptyRedisIsNotLoadedRatherThanWithoutSales() {
    assertThat(at(now)).isEqualTo(new Top(Outcome.NOT_LOADED, 0, null, List.of()));
    assertThat(scripts.project(token, token, null, List.of(sale(now, 1, 1, 1))).block(SOON))
        .isFalse();
    assertThat(redis.call(r -> r.dbsize()).block(SOON)).isZero();
  }

  @Test
  void aLoadedShopWithoutSalesIsReady() {
    load();
    assertThat(at(now)).isEqualTo(new Top(Outcome.READY, now - 4319, null, List.of()));
  }

  @Test
  void saysHowFarARebuildHasComeUntilItIsWhole() {
    UUID next = UUID.randomUUID();
    scripts.begin(token, next).block(SOON);
    assertThat(at(now).word()).isEqualTo(Outcome.LOADING);
    assertThat(at(now).cursor()).isEqualTo(Sale.Cursor.START);
    Sale first = sale(now, 7, 3, 1);
    scripts.project(next, next, first.cursor(), List.of(first)).block(SOON);
    assertThat(at(now).cursor()).isEqualTo(new Sale.Cursor(now, 7));
    assertThat(at(now).best()).isEmpty();
    scripts.project(next, next, null, List.of()).block(SOON);
    assertThat(at(now).best()).containsExactly(new Units(7, 3));
  }

  @Test
  void ranksByUnitsAndThenByTheLowerId() {
    load(
        sale(now, 10, 5, 1),
        sale(now, 9, 5, 1),
        sale(now - 1, 1_000_000_000_000L, 9, 1),
        sale(now, 100, 5, 1),
        sale(now, 2, 5, 1),
        sale(now, 11, 5, 1));
    assertThat(at(now).best())
        .extracting(Units::productId)
        .containsExactly(1_000_000_000_000L, 2L, 9L, 10L, 11L);
  }

  @Test
  void takesTheSameAgainWithoutEffectAndALateOlderCopyNever() {
    load(sale(now, 1, 4, 2));
    give(sale(now, 1, 4, 2), sale(now, 1, 9, 1), sale(now, 1, 4, 2));
    assertThat(at(now).best()).containsExactly(new Units(1, 4));
    give(sale(now, 1, 6, 3));
    assertThat(at(now).best()).containsExactly(new Units(1, 6));
  }

  @Test
  void showsNothingThatWasRefundedAltogetherOrBeforeItWasCounted() {
    load(sale(now, 1, 4, 1), sale(now, 2, -3, 1));
    give(sale(now, 1, 0, 2));
    assertThat(at(now).best()).isEmpty();
    give(sale(now, 2, 2, 2));
    assertThat(at(now).best()).containsExactly(new Units(2, 2));
  }

  @Test
  void aMinuteLeavesAfterSeventyTwoHoursAndNotBefore() {
    load(sale(now, 1, 4, 1), sale(now - 4319, 2, 9, 1), sale(now - 4320, 3, 99, 1));
    assertThat(at(now).best()).containsExactly(new Units(2, 9), new Units(1, 4));
    assertThat(at(now + 1).best()).containsExactly(new Units(1, 4));
    assertThat(at(now + 4319).best()).containsExactly(new Units(1, 4));
    assertThat(at(now + 4320).best()).isEmpty();
    assertThat(redis.call(r -> r.keys("*")).block(SOON)).containsExactly("sales:{popular}:state");
  }

  @Test
  void aMinuteWithManyProductsLeavesInSeveralCallsDuringWhichNobodyIsMisled() {
    load(
        LongStream.rangeClosed(1, 1200)
            .mapToObj(product -> sale(now - 4319, product, product, 1))
            .toArray(Sale[]::new));
    give(sale(now, 5, 7, 1));
    int calls = 0;
    Top top;
    clock.set(now + 1);
    do {
      top = scripts.top(5, 300, "").block(SOON);
      calls++;
      if (calls == 2) {
        // Changes meanwhile: whatever of the leaving minute was taken out comes and goes again.
        give(sale(now - 4319, 1, 50, 2), sale(now, 5, 8, 2));
      }
    } while (top.word() == Outcome.BEHIND);
    assertThat(calls).isBetween(3, 10);
    assertThat(top.best()).containsExactly(new Units(5, 8));
  }

  @Test
  void neverGoesBackAMinute() {
    load(sale(now - 4319, 1, 4, 1));
    assertThat(at(now + 1).best()).isEmpty();
    assertThat(at(now)).isEqualTo(new Top(Outcome.READY, now - 4318, null, List.of()));
    give(sale(now - 4319, 1, 5, 2));
    assertThat(at(now).best()).isEmpty();
  }

  @Test
  void beginsAnewOnceRedissClockWasSetBack() {
    load(sale(now, 1, 4, 1));
    assertThat(at(now + 60).word()).isEqualTo(Outcome.READY);
    assertThat(at(now).word()).isEqualTo(Outcome.NOT_LOADED);
    load(sale(now, 1, 4, 1), sale(now - 4319, 2, 3, 1));
    assertThat(at(now).best()).containsExactly(new Units(1, 4), new Units(2, 3));
  }

  @Test
  void isNotLoadedForADatabaseWhoseTokenItDoesNotKnow() {
    load(sale(now, 1, 4, 1));
    assertThat(scripts.state(token).block(SOON).word()).isEqualTo(Outcome.READY);
    UUID stranger = UUID.randomUUID();
    assertThat(scripts.state(stranger).block(SOON).word()).isEqualTo(Outcome.NOT_LOADED);
    assertThat(scripts.project(stranger, stranger, null, List.of(sale(now, 1, 9, 9))).block(SOON))
        .isFalse();
    assertThat(at(now).best()).containsExactly(new Units(1, 4));
  }

  @Test
  void knowsTheLastCommittedPassAlsoWhenSeveralAfterItWereNotCommitted() {
    load();
    UUID committed = token;
    for (int i = 0; i < 3; i++) {
      assertThat(
              scripts
                  .project(committed, UUID.randomUUID(), null, List.of(sale(now, 1, i, i + 1)))
                  .block(SOON))
          .isTrue();
    }
    assertThat(scripts.state(committed).block(SOON).word()).isEqualTo(Outcome.READY);
  }

  @Test
  void aSecondRebuildLeavesTheFirstAloneAndOneThatIsNeededForgetsEverything() {
    UUID next = UUID.randomUUID();
    scripts.begin(token, next).block(SOON);
    assertThat(scripts.begin(token, UUID.randomUUID()).block(SOON)).isFalse();
    token = next;
    give(sale(now, 1, 4, 1), sale(now - 4000, 2, 4, 1));
    token = UUID.randomUUID();
    load(sale(now, 3, 1, 1));
    assertThat(at(now).best()).containsExactly(new Units(3, 1));
  }

  @Test
  void countsExactlyFarAboveWhatAShopSells() {
    long many = 1L << 52;
    load(sale(now, 1, many, 1), sale(now, 2, many - 1, 1), sale(now - 4319, 1, 3, 1));
    assertThat(at(now).best()).containsExactly(new Units(1, many + 3), new Units(2, many - 1));
    assertThat(at(now + 1).best()).containsExactly(new Units(1, many), new Units(2, many - 1));
  }

  @Test
  void everyKeyExpiresAndAMinuteLongAfterTheState() {
    load(sale(now, 1, 4, 1));
    at(now);
    long state = redis.call(r -> r.ttl("sales:{popular}:state")).block(SOON);
    long window = redis.call(r -> r.ttl("sales:{popular}:window")).block(SOON);
    long minute = redis.call(r -> r.ttl("sales:{popular}:minute:" + now)).block(SOON);
    assertThat(state).isEqualTo(window).isBetween(1L, Duration.ofHours(12).toSeconds());
    assertThat(minute).isGreaterThan(state + Window.LENGTH.toSeconds());
  }
}
