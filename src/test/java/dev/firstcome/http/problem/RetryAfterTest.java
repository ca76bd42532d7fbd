package dev.firstcome.http.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RetryAfterTest {

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

  /** As it was with one second for all: 893 served at once, then about 25 in each further wave. */
  @Test
  void spreadsTwoThousandClientsWhoObeyToTheSecond() {
    int served = 893;
    List<Integer> waves = waves(2000, served);
    System.out.println("refused, wave by wave: " + waves);
    assertThat(waves.get(0)).isEqualTo(2000 - served);
    assertThat(waves.get(3)).isLessThanOrEqualTo(waves.get(0) / 10);
    assertThat(waves.subList(4, waves.size())).containsOnly(0);
  }

  /** So many a second, and the others are refused. */
  private List<Integer> waves(int clients, int capacity) {
    TreeMap<Long, Integer> due = new TreeMap<>();
    due.put(0L, clients);
    List<Integer> refused = new ArrayList<>();
    for (long second = 0; second < 30; second++) {
      int come = due.getOrDefault(second, 0);
      int good = Math.min(come, capacity);
      for (int i = 0; i < good; i++) {
        retryAfter.served();
      }
      for (int i = good; i < come; i++) {
        due.merge(second + draw(503, "1"), 1, Integer::sum);
      }
      refused.add(come - good);
      passSeconds(1);
    }
    return refused;
  }
}
