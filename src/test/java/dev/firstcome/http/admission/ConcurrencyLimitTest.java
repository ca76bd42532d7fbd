package dev.firstcome.http.admission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Writes that come and go, under a clock of its own. Times are milliseconds. */
class ConcurrencyLimitTest {

  private static final int MOST = 100;
  private static final long INTERVAL = ConcurrencyLimit.INTERVAL.toMillis();

  private long now;
  private int refused;

  private final ConcurrencyLimit congestion = new ConcurrencyLimit(MOST, () -> now * 1_000_000);

  private void come(int writes) {
    for (int i = 0; i < writes; i++) {
      refused += congestion.admits() ? 0 : 1;
    }
  }

  private void leave(int writes) {
    for (int i = 0; i < writes; i++) {
      congestion.left();
    }
  }

  /** Every millisecond so many come, and as many leave as the shop can serve. */
  private void run(long millis, int coming, int served) {
    for (long end = now + millis; now < end; now++) {
      come(coming);
      leave(Math.min(served, congestion.underWay()));
    }
  }

  @Test
  void servesARushHoweverLongItTakes() {
    come(100 * MOST);
    run(3 * INTERVAL, 0, 1);
    assertThat(refused).isZero();
  }

  @Test
  void refusesNobodyWhileFewerAreUnderWay() {
    come(MOST - 10);
    run(10 * INTERVAL, 5, 5);
    assertThat(refused).isZero();
  }

  @Test
  void letsInNoMoreThanLeaveOnceItHasLastedForTheInterval() {
    come(2 * MOST);
    run(INTERVAL, 5, 5);
    assertThat(refused).isZero();
    run(INTERVAL, 6, 5);
    assertThat(congestion.isCongested()).isTrue();
    assertThat(congestion.underWay()).isBetween(MOST - 5, MOST);
    assertThat(refused).isPositive();
  }

  @Test
  void keepsNoMoreUnderWayHoweverManyCome() {
    come(2 * MOST);
    run(INTERVAL, 5, 5);
    run(10 * INTERVAL, 50, 5);
    assertThat(congestion.underWay()).isBetween(MOST - 5, MOST);
  }

  @Test
  void takesRushesOneAfterTheOtherForNoCongestion() {
    for (int i = 0; i < 20; i++) {
      come(10 * MOST);
      run(INTERVAL / 2, 0, MOST);
    }
    assertThat(refused).isZero();
  }

  @Test
  void endsWhenForAnIntervalNobodyHadToBeRefused() {
    come(2 * MOST);
    run(INTERVAL, 5, 5);
    run(INTERVAL, 50, 5);
    run(INTERVAL / 2, 1, 5);
    assertThat(congestion.isCongested()).isTrue();
    run(INTERVAL + 100, 1, 5);
    assertThat(congestion.isCongested()).isFalse();
    int before = refused;
    come(3 * MOST);
    assertThat(refused).isEqualTo(before);
  }
}
