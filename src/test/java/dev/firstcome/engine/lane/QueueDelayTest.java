package dev.firstcome.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

/** A queue and the batches that leave it, under a clock of its own. Times are milliseconds. */
class QueueDelayTest {

  private static final int TARGET = 50;
  private static final int INTERVAL = 1000;
  private static final int BATCH = 100;

  /** A batch leaves every 20 ms: five commands a millisecond are as many as leave. */
  private static final int FLIGHT = 20;

  private final Deque<Long> queue = new ArrayDeque<>();
  private long now;
  private int refused;
  private long longestWait;

  private final QueueDelay delay =
      new QueueDelay(
          Duration.ofMillis(TARGET), Duration.ofMillis(INTERVAL), BATCH, () -> now * 1_000_000);

  @Test
  void servesABurstThatIsManyBatchesLong() {
    arrive(4500);
    run(2000, 0);
    assertThat(refused).isZero();
    assertThat(queue).isEmpty();
  }

  @Test
  void servesABurstOnTopOfALoadThatItCanCarry() {
    run(3000, 3);
    arrive(1500);
    run(3000, 3);
    assertThat(refused).isZero();
  }

  @Test
  void refusesNobodyWhileAsManyComeAsLeave() {
    run(10_000, 5);
    assertThat(refused).isZero();
  }

  @Test
  void takesAStallForNoOverload() {
    run(1000, 3);
    long end = now + 5 * INTERVAL;
    while (now < end) {
      now++;
      if (now % 10 == 0) {
        arrive(1);
      }
    }
    run(200, 3);
    assertThat(refused).isZero();
    assertThat(delay.isShedding()).isFalse();
  }

  @Test
  void underStandingOverloadServesAsManyAsItCanAndNobodyWaitsLong() {
    run(5000, 15);
    longestWait = 0;
    refused = 0;
    int served = run(10_000, 15);

    assertThat(delay.isShedding()).isTrue();
    assertThat(served).isEqualTo(10_000 / FLIGHT * BATCH);
    assertThat(refused).isGreaterThan(served);
    assertThat(longestWait).isLessThanOrEqualTo(TARGET);
  }

  @Test
  void refusesAtTheEarliestAfterAnInterval() {
    run(INTERVAL, 15);
    assertThat(refused).isZero();
    run(2 * TARGET + FLIGHT, 15);
    assertThat(refused).isPositive();
  }

  @Test
  void isAsBeforeOnceTheOverloadIsOver() {
    run(5000, 15);
    run(INTERVAL + 2000, 3);
    assertThat(delay.isShedding()).isFalse();
    refused = 0;
    arrive(4500);
    run(1000, 0);
    assertThat(refused).isZero();
  }

  private void arrive(int commands) {
    for (int i = 0; i < commands; i++) {
      if (delay.admits(queue.size())) {
        queue.add(now);
      } else {
        refused++;
      }
    }
  }

  /**
   * @return how many were served
   */
  private int run(int millis, int arrivalsEach) {
    int served = 0;
    for (long end = now + millis; now < end; ) {
      now++;
      arrive(arrivalsEach);
      if (now % FLIGHT == 0 && !queue.isEmpty()) {
        served += leave();
      }
    }
    return served;
  }

  private int leave() {
    int size = Math.min(BATCH, queue.size());
    long wait = 0;
    for (int i = 0; i < size; i++) {
      wait = now - queue.remove();
      longestWait = Math.max(longestWait, wait);
    }
    delay.left(wait * 1_000_000);
    return size;
  }
}
