package dev.firstcome.http.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class RetryAfterTest {

  private static final int CAPACITY = 893;
  private static final int SERVED_IN_A_CROWD = 25;

  private final AtomicLong nanos = new AtomicLong(-5_000_000_000L);
  private final RetryAfter retryAfter = new RetryAfter(nanos::get);

  private long draw(int status, String least) {
    return Long.parseLong(retryAfter.after(status, least));
  }

  private void passSeconds(long seconds) {
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  @Test
  void drawsFromThreeSecondsAtTheLeastAndNeverTooEarly() {
    for (int status : new int[] {429, 503}) {
      TreeSet<Long> drawn = new TreeSet<>();
      for (int i = 0; i < 1000; i++) {
        drawn.add(draw(status, "7"));
        passSeconds(20);
      }
      assertThat(drawn).containsExactly(7L, 8L, 9L);
    }
  }

  @Test
  void drawsFromAWiderRangeTheMoreAreRefusedAndForgetsThem() {
    long latest = 0;
    for (int i = 0; i < 100_000; i++) {
      latest = Math.max(latest, draw(503, "1"));
    }
    assertThat(latest).isBetween(55L, 61L);
    passSeconds(200);
    assertThat(draw(503, "1")).isBetween(1L, 3L);
    assertThat(draw(429, "1")).isBetween(1L, 3L);
  }

  /** The shop as it was reported, with one second for all, and the same with a second for each. */
  @Test
  void spreadsTwoThousandClientsWhoObeyToTheSecond() {
    List<Integer> before = waves(() -> 1);
    List<Integer> waves = waves(() -> draw(503, "1"));
    System.out.println("refused, wave by wave, with one second for all: " + before);
    System.out.println("refused, wave by wave: " + waves);
    assertThat(before.subList(0, 4)).containsExactly(1107, 1082, 1057, 1032);
    assertThat(waves.get(0)).isEqualTo(before.get(0));
    assertThat(waves.get(3)).isLessThanOrEqualTo(waves.get(0) / 10);
    assertThat(waves.subList(4, waves.size())).containsOnly(0);
  }

  /**
   * 2,000 come to a shop at rest, which serves 893. From then on it serves all of a wave that is no
   * larger than that, and 25 of one that is: refusing the others takes its time.
   */
  private List<Integer> waves(LongSupplier told) {
    TreeMap<Long, Integer> due = new TreeMap<>();
    due.put(0L, 2000);
    List<Integer> refused = new ArrayList<>();
    for (long second = 0; second < 30; second++) {
      int come = due.getOrDefault(second, 0);
      int good = come <= CAPACITY ? come : second == 0 ? CAPACITY : SERVED_IN_A_CROWD;
      for (int i = 0; i < good; i++) {
        retryAfter.served();
      }
      for (int i = good; i < come; i++) {
        due.merge(second + told.getAsLong(), 1, Integer::sum);
      }
      refused.add(come - good);
      passSeconds(1);
    }
    return refused;
  }
}
