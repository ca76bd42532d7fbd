package dev.firstcome.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A heartbeat every 20 ms and an average over a second: what waits up to 20 ms does no harm. */
class LoopLoadTest {

  private final LoopLoad load =
      new LoopLoad(
          new EventLoopSettings(Duration.ofMillis(20), Duration.ofSeconds(1)),
          Duration.ofMillis(20));

  @Test
  void takesWhatComesWhileWaitsAreShort() {
    beats(1000, 15);
    assertThat(load.admits(millis(500))).isTrue();
  }

  @Test
  void takesABurstThatKeepsTheLoopBusyForHalfASecond() {
    beats(100, 2);
    beats(1, 500);
    assertThat(load.isShedding()).isFalse();
    assertThat(load.admits(millis(500))).isTrue();
  }

  @Test
  void refusesWhoHasWaitedForLongOnceEverybodyDoes() {
    beats(100, 60);
    assertThat(load.isShedding()).isTrue();
    assertThat(load.admits(millis(60))).isFalse();
    assertThat(load.admits(millis(5))).isTrue();
  }

  @Test
  void seesOverloadAlsoThroughTheShortWaitsInBetween() {
    for (int i = 0; i < 100; i++) {
      beats(1, 60);
      beats(1, 0);
    }
    assertThat(load.isShedding()).isTrue();
  }

  @Test
  void isAsBeforeOnceWaitsAreShortAgain() {
    beats(100, 60);
    beats(100, 2);
    assertThat(load.isShedding()).isFalse();
    assertThat(load.admits(millis(60))).isTrue();
  }

  private void beats(int number, long millis) {
    for (int i = 0; i < number; i++) {
      load.waited(millis(millis));
    }
  }

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
