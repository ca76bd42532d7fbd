package dev.firstcome.demo.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.demo.page.TrafficMeters.Code;
import dev.firstcome.demo.page.TrafficMeters.Figures;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Rates of the moment from meters that only ever grow. */
class TrafficMetersTest {

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AtomicLong now = new AtomicLong();
  private final TrafficMeters traffic = new TrafficMeters(meters, now::get);

  TrafficMetersTest() {
    meters.config().meterFilter(TrafficMeters.Percentiles.percentilesOfHotCalls());
  }

  private void answer(int times, String path, String status, Duration duration) {
    Timer timer =
        meters.timer(TrafficMeters.REQUESTS, "method", "POST", "uri", path, "status", status);
    for (int i = 0; i < times; i++) {
      timer.record(duration);
    }
  }

  private void refuse(int times, String code) {
    meters.counter(TrafficMeters.REFUSALS, "code", code).increment(times);
  }

  private Figures after(Duration pause) {
    now.addAndGet(pause.toNanos());
    return traffic.now();
  }

  @Test
  void tellsWhatIsDoneInASecond() {
    after(Duration.ofSeconds(1));
    answer(40, "/api/v1/orders", "201", Duration.ofMillis(7));
    answer(60, "/api/v1/coupons/{id}/issue", "201", Duration.ofMillis(3));
    answer(20, "/api/v1/coupons/{id}/issue", "409", Duration.ofMillis(1));
    answer(10, "/api/v1/payments", "201", Duration.ofMillis(3));
    refuse(20, "COUPON_SOLD_OUT");
    Figures figures = after(Duration.ofSeconds(2));
    assertThat(figures.requests()).isEqualTo(65);
    assertThat(figures.orders()).isEqualTo(20);
    assertThat(figures.coupons()).isEqualTo(30);
    assertThat(figures.payments()).isEqualTo(5);
    assertThat(figures.refused()).isEqualTo(10);
    assertThat(figures.p99Millis()).isBetween(6.5, 7.5);
  }

  @Test
  void listsRefusalsByCodeWithTheMostFrequentFirst() {
    refuse(2, "INSUFFICIENT_STOCK");
    refuse(9, "COUPON_SOLD_OUT");
    refuse(0, "FORBIDDEN");
    assertThat(after(Duration.ofSeconds(1)).refusals())
        .containsExactly(new Code("COUPON_SOLD_OUT", 9), new Code("INSUFFICIENT_STOCK", 2));
  }

  @Test
  void doesNotTakeForThisMomentWhatWasDoneWhileNobodyLooked() {
    after(Duration.ofSeconds(1));
    answer(1000, "/api/v1/orders", "201", Duration.ofMillis(1));
    assertThat(after(Duration.ofMinutes(5)).orders()).isZero();
    assertThat(after(Duration.ofSeconds(1)).orders()).isZero();
  }

  @Test
  void isTheSameForAllWhoLookAtOnce() {
    after(Duration.ofSeconds(1));
    answer(10, "/api/v1/orders", "201", Duration.ofMillis(1));
    Figures figures = after(Duration.ofSeconds(1));
    assertThat(after(Duration.ofMillis(50))).isSameAs(figures);
  }

  @Test
  void knowsNoLatencyOfNothing() {
    assertThat(after(Duration.ofSeconds(1)).p99Millis()).isNull();
  }
}
