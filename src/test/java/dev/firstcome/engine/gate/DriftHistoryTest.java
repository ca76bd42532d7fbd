package dev.firstcome.engine.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.engine.gate.DriftPage.Compared;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DriftHistoryTest {

  /** As near to its end as a clock of nanoseconds may begin. */
  private static final long START = Long.MAX_VALUE - 1;

  private final DriftHistory doubts = new DriftHistory(Duration.ofSeconds(8));

  private static long at(long second) {
    return START + TimeUnit.SECONDS.toNanos(second);
  }

  private void saw(long difference, long second) {
    doubts.saw(new Compared(1, 100 + difference, 100, false), at(second));
  }

  @Test
  void takesForRealWhatWasSeenAsLongAgoAsItsPatience() {
    saw(-3, 0);
    assertThat(doubts.lasting(at(7))).isEmpty();
    assertThat(doubts.lasting(at(8))).containsEntry(1L, -3L);
  }

  @Test
  void takesForRealOnlyWhatWasThereAllTheTime() {
    saw(-3, 0);
    saw(-1, 4);
    saw(-5, 6);
    assertThat(doubts.lasting(at(8))).containsEntry(1L, -1L);
  }

  @Test
  void beginsAnewWhenItWasEqualRepairedOrTheOtherWay() {
    saw(-3, 0);
    saw(0, 1);
    saw(-3, 2);
    assertThat(doubts.lasting(at(9))).isEmpty();
    saw(2, 9);
    assertThat(doubts.lasting(at(12))).isEmpty();
    assertThat(doubts.lasting(at(17))).containsEntry(1L, 2L);
    doubts.saw(new Compared(1, 102, 100, true), at(18));
    assertThat(doubts.lasting(at(60))).isEmpty();
  }

  @Test
  void forgetsWhatCouldNotBeSettledForLong() {
    saw(-3, 0);
    doubts.forgetStale(at(80));
    assertThat(doubts.lasting(at(80))).containsEntry(1L, -3L);
    doubts.forgetStale(at(81));
    assertThat(doubts.lasting(at(81))).isEmpty();
  }

  @Test
  void remembersABoundedNumberAndTheOthersOnceThoseAreSettled() {
    LongStream.range(0, 10_001).forEach(id -> doubts.saw(new Compared(id, 1, 2, false), START));
    assertThat(doubts.lasting(at(8))).hasSize(10_000).doesNotContainKey(10_000L);
    doubts.saw(new Compared(0, 2, 2, false), START);
    doubts.saw(new Compared(10_000, 1, 2, false), START);
    assertThat(doubts.lasting(at(8))).hasSize(10_000).containsKey(10_000L);
  }
}
