package dev.firstcome.http.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.http.admission.RateLimiter.Report;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimiterTest {

  private final AtomicLong nanos = new AtomicLong();
  private final RateLimiter allowances =
      new RateLimiter(
          new Limit("user", 10, 20, "policy"),
          1000,
          LimitParts.settings(10, 20, 0.25),
          LimitParts.clock(nanos));

  private int takeAll(String who) {
    int taken = 0;
    while (allowances.take(who, 1).isConsumed()) {
      taken++;
    }
    return taken;
  }

  @Test
  void saysNothingOfThoseWhoTakeLittle() {
    for (int i = 0; i < 900; i++) {
      for (int j = 0; j < 4; j++) {
        assertThat(allowances.take("light-" + i, 1).isConsumed()).isTrue();
      }
    }
    assertThat(allowances.isDue()).isFalse();
  }

  @Test
  void reportsWhoTakesMuchOnceAndThenWhatHasBeenTakenSince() {
    assertThat(takeAll("heavy")).isEqualTo(20);
    List<Report> first = allowances.due(10);
    assertThat(first).extracting(Report::taken).containsExactly(20L);
    assertThat(allowances.due(10)).isEmpty();
    nanos.addAndGet(1_000_000_000);
    assertThat(takeAll("heavy")).isEqualTo(10);
    assertThat(allowances.due(10)).extracting(Report::taken).containsExactly(10L);
  }

  @Test
  void reportsNoMoreThanSoManyAtATime() {
    for (int i = 0; i < 7; i++) {
      takeAll("heavy-" + i);
    }
    assertThat(allowances.due(5)).hasSize(5);
    assertThat(allowances.due(5)).hasSize(2);
  }

  @Test
  void chargesNobodyLaterForWhatCouldNotBeTold() {
    for (int second = 0; second < 60; second++) {
      takeAll("heavy");
      nanos.addAndGet(1_000_000_000);
    }
    // A burst, and what comes back in the tenth of a second between two reports.
    assertThat(allowances.due(10)).extracting(Report::taken).containsExactly(21L);
  }

  @Test
  void owesWhatWasTakenElsewhereAndIsGivenNothingByAnEmptyRedis() {
    takeAll("shared");
    RateLimitBucket allowance = allowances.due(1).get(0).allowance();
    allowance.learn(-10);
    nanos.addAndGet(1_000_000_000);
    assertThat(takeAll("shared")).isZero();
    nanos.addAndGet(1_000_000_000);
    assertThat(takeAll("shared")).isEqualTo(10);
    allowance.learn(20);
    assertThat(takeAll("shared")).isZero();
  }

  @Test
  void countsWhatWasTakenWhileTheReportWasOnItsWay() {
    for (int i = 0; i < 5; i++) {
      allowances.take("busy", 1);
    }
    RateLimitBucket allowance = allowances.due(1).get(0).allowance();
    allowances.take("busy", 1);
    allowances.take("busy", 1);
    allowance.learn(6);
    assertThat(takeAll("busy")).isEqualTo(4);
  }

  @Test
  void takesSeveralAtOnceAndIsOwedWhatWasMore() {
    assertThat(allowances.take("reader", 15).isConsumed()).isTrue();
    allowances.charge("reader", 25);
    nanos.addAndGet(1_000_000_000);
    assertThat(allowances.take("reader", 1).isConsumed()).isFalse();
    nanos.addAndGet(1_200_000_000);
    assertThat(allowances.take("reader", 1).isConsumed()).isTrue();
    assertThat(allowances.due(10)).extracting(Report::taken).containsExactly(21L);
  }

  @Test
  void asksNobodyForMoreThanThereEverIs() {
    assertThat(allowances.take("glutton", 1000).isConsumed()).isTrue();
    assertThat(allowances.take("glutton", 1).isConsumed()).isFalse();
  }
}
