package dev.firstcome.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.ranking.SalesScripts.Top;
import dev.firstcome.ranking.SalesScripts.Units;
import dev.firstcome.ranking.SalesScripts.Word;
import dev.firstcome.ranking.ShopWithItsOwnTime.Till;
import dev.firstcome.redis.Redis;
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

/** The Lua by itself, on a real Redis; time is whatever a test says. */
@SpringBootTest(classes = Firstcome.class)
@ContextConfiguration(initializers = OwnStores.class)
@Import(ShopWithItsOwnTime.class)
@NullUnmarked
class SalesScriptsIT {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** A minute long after the epoch and before today: nothing depends on the wall clock. */
  private static final long NOW = 20_000_000;

  @Autowired SalesScripts scripts;
  @Autowired Redis redis;
  @Autowired Till till;

  private UUID token = UUID.randomUUID();

  @BeforeEach
  void startEmpty() throws InterruptedException {
    till.stopEverythingElse();
    redis.call(r -> r.flushdb()).block(LIMIT);
  }

  private static Window windowAt(long minute) {
    return new Window(minute - 72 * 60 + 1);
  }

  private void load(Sale... sales) {
    UUID next = UUID.randomUUID();
    assertThat(scripts.begin(token, next, windowAt(NOW)).block(LIMIT)).isTrue();
    token = next;
    give(sales);
  }

  private void give(Sale... sales) {
    UUID next = UUID.randomUUID();
    assertThat(scripts.project(token, next, null, Arrays.asList(sales)).block(LIMIT)).isTrue();
    token = next;
  }

  private Top at(long minute) {
    Top top;
    do {
      top = scripts.top(windowAt(minute), 5).block(LIMIT);
    } while (top.word() == Word.BEHIND);
    return top;
  }

  private static Sale sale(long minute, long product, long units, long version) {
    return new Sale(minute, product, units, version);
  }

  @Test
  void anEmptyRedisIsNotLoadedRatherThanWithoutSales() {
    assertThat(at(NOW)).isEqualTo(new Top(Word.NOT_LOADED, 0, null, List.of()));
    assertThat(scripts.project(token, token, null, List.of(sale(NOW, 1, 1, 1))).block(LIMIT))
        .isFalse();
    assertThat(redis.call(r -> r.dbsize()).block(LIMIT)).isZero();
  }

  @Test
  void aLoadedShopWithoutSalesIsReady() {
    load();
    assertThat(at(NOW)).isEqualTo(new Top(Word.READY, NOW - 4319, null, List.of()));
  }

  @Test
  void saysHowFarARebuildHasComeUntilItIsWhole() {
    UUID next = UUID.randomUUID();
    scripts.begin(token, next, windowAt(NOW)).block(LIMIT);
    assertThat(at(NOW).word()).isEqualTo(Word.LOADING);
    assertThat(at(NOW).cursor()).isEqualTo(Sale.Cursor.START);
    Sale first = sale(NOW, 7, 3, 1);
    scripts.project(next, next, first.cursor(), List.of(first)).block(LIMIT);
    assertThat(at(NOW).cursor()).isEqualTo(new Sale.Cursor(NOW, 7));
    assertThat(at(NOW).best()).isEmpty();
    scripts.project(next, next, null, List.of()).block(LIMIT);
    assertThat(at(NOW).best()).containsExactly(new Units(7, 3));
  }

  @Test
  void ranksByUnitsAndThenByTheLowerId() {
    load(
        sale(NOW, 10, 5, 1),
        sale(NOW, 9, 5, 1),
        sale(NOW - 1, 1_000_000_000_000L, 9, 1),
        sale(NOW, 100, 5, 1),
        sale(NOW, 2, 5, 1),
        sale(NOW, 11, 5, 1));
    assertThat(at(NOW).best())
        .extracting(Units::productId)
        .containsExactly(1_000_000_000_000L, 2L, 9L, 10L, 11L);
  }

  @Test
  void takesTheSameAgainWithoutEffectAndALateOlderCopyNever() {
    load(sale(NOW, 1, 4, 2));
    give(sale(NOW, 1, 4, 2), sale(NOW, 1, 9, 1), sale(NOW, 1, 4, 2));
    assertThat(at(NOW).best()).containsExactly(new Units(1, 4));
    give(sale(NOW, 1, 6, 3));
    assertThat(at(NOW).best()).containsExactly(new Units(1, 6));
  }

  @Test
  void showsNothingThatWasRefundedAltogetherOrBeforeItWasCounted() {
    load(sale(NOW, 1, 4, 1), sale(NOW, 2, -3, 1));
    give(sale(NOW, 1, 0, 2));
    assertThat(at(NOW).best()).isEmpty();
    give(sale(NOW, 2, 2, 2));
    assertThat(at(NOW).best()).containsExactly(new Units(2, 2));
  }

  @Test
  void aMinuteLeavesAfterSeventyTwoHoursAndNotBefore() {
    load(sale(NOW, 1, 4, 1), sale(NOW - 4319, 2, 9, 1), sale(NOW - 4320, 3, 99, 1));
    assertThat(at(NOW).best()).containsExactly(new Units(2, 9), new Units(1, 4));
    assertThat(at(NOW + 1).best()).containsExactly(new Units(1, 4));
    assertThat(at(NOW + 4319).best()).containsExactly(new Units(1, 4));
    assertThat(at(NOW + 4320).best()).isEmpty();
    assertThat(redis.call(r -> r.keys("*")).block(LIMIT)).containsExactly("sales:{popular}:state");
  }

  @Test
  void aMinuteWithManyProductsLeavesInSeveralCallsDuringWhichNobodyIsMisled() {
    load(
        LongStream.rangeClosed(1, 1200)
            .mapToObj(product -> sale(NOW - 4319, product, product, 1))
            .toArray(Sale[]::new));
    give(sale(NOW, 5, 7, 1));
    int calls = 0;
    Top top;
    do {
      top = scripts.top(windowAt(NOW + 1), 5, 300, "").block(LIMIT);
      calls++;
      if (calls == 2) {
        // Changes meanwhile: whatever of the leaving minute was taken out comes and goes again.
        give(sale(NOW - 4319, 1, 50, 2), sale(NOW, 5, 8, 2));
      }
    } while (top.word() == Word.BEHIND);
    assertThat(calls).isBetween(3, 10);
    assertThat(top.best()).containsExactly(new Units(5, 8));
  }

  @Test
  void neverGoesBackForACallerWhoseClockIsBehind() {
    load(sale(NOW - 4319, 1, 4, 1));
    assertThat(at(NOW + 1).best()).isEmpty();
    assertThat(at(NOW)).isEqualTo(new Top(Word.READY, NOW - 4318, null, List.of()));
    give(sale(NOW - 4319, 1, 5, 2));
    assertThat(at(NOW).best()).isEmpty();
  }

  @Test
  void isNotLoadedForADatabaseWhoseTokenItDoesNotKnow() {
    load(sale(NOW, 1, 4, 1));
    assertThat(scripts.state(windowAt(NOW), token).block(LIMIT).word()).isEqualTo(Word.READY);
    UUID stranger = UUID.randomUUID();
    assertThat(scripts.state(windowAt(NOW), stranger).block(LIMIT).word())
        .isEqualTo(Word.NOT_LOADED);
    assertThat(scripts.project(stranger, stranger, null, List.of(sale(NOW, 1, 9, 9))).block(LIMIT))
        .isFalse();
    assertThat(at(NOW).best()).containsExactly(new Units(1, 4));
  }

  @Test
  void knowsTheLastCommittedPassAlsoWhenSeveralAfterItWereNotCommitted() {
    load();
    UUID committed = token;
    for (int i = 0; i < 3; i++) {
      assertThat(
              scripts
                  .project(committed, UUID.randomUUID(), null, List.of(sale(NOW, 1, i, i + 1)))
                  .block(LIMIT))
          .isTrue();
    }
    assertThat(scripts.state(windowAt(NOW), committed).block(LIMIT).word()).isEqualTo(Word.READY);
  }

  @Test
  void aSecondRebuildLeavesTheFirstAloneAndOneThatIsNeededForgetsEverything() {
    UUID next = UUID.randomUUID();
    scripts.begin(token, next, windowAt(NOW)).block(LIMIT);
    assertThat(scripts.begin(token, UUID.randomUUID(), windowAt(NOW)).block(LIMIT)).isFalse();
    token = next;
    give(sale(NOW, 1, 4, 1), sale(NOW - 4000, 2, 4, 1));
    token = UUID.randomUUID();
    load(sale(NOW, 3, 1, 1));
    assertThat(at(NOW).best()).containsExactly(new Units(3, 1));
  }

  @Test
  void countsExactlyFarAboveWhatAShopSells() {
    long many = 1L << 52;
    load(sale(NOW, 1, many, 1), sale(NOW, 2, many - 1, 1), sale(NOW - 4319, 1, 3, 1));
    assertThat(at(NOW).best()).containsExactly(new Units(1, many + 3), new Units(2, many - 1));
    assertThat(at(NOW + 1).best()).containsExactly(new Units(1, many), new Units(2, many - 1));
  }

  @Test
  void everyKeyExpiresAndAMinuteLongAfterTheState() {
    load(sale(NOW, 1, 4, 1));
    at(NOW);
    long state = redis.call(r -> r.ttl("sales:{popular}:state")).block(LIMIT);
    long window = redis.call(r -> r.ttl("sales:{popular}:window")).block(LIMIT);
    long minute = redis.call(r -> r.ttl("sales:{popular}:minute:" + NOW)).block(LIMIT);
    assertThat(state).isEqualTo(window).isBetween(1L, Duration.ofHours(12).toSeconds());
    assertThat(minute).isGreaterThan(state + Window.LENGTH.toSeconds());
  }
}
