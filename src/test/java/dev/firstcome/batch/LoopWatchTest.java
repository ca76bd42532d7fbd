package dev.firstcome.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * On a real loop and in real time; a busy machine may make the watch miss, so it is tried again.
 */
@ExtendWith(OutputCaptureExtension.class)
class LoopWatchTest {

  private static final int ATTEMPTS = 50;
  private static final Duration TARGET = Duration.ofMillis(30);
  private static final Duration INTERVAL = Duration.ofMillis(500);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final EventExecutorGroup loops = new DefaultEventExecutorGroup(1);
  private final LoopWatch watch = BatchParts.watch(loops, meters, TARGET, INTERVAL);

  @BeforeEach
  void start() {
    watch.start();
  }

  @AfterEach
  void stop() {
    watch.stop();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  @Test
  void tellsWhereALoopWaits(CapturedOutput output) throws Exception {
    occupyUntilTold("blocked", () -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200)));
    assertThat(output).contains("event loop blocked: ").contains("LoopWatchTest.lambda$");
    assertThat(
            meters.timer("firstcome.eventloop.delay", "loops", "test").max(TimeUnit.MILLISECONDS))
        .isGreaterThan(50);
  }

  @Test
  void tellsWhereALoopComputes(CapturedOutput output) throws Exception {
    occupyUntilTold("busy", LoopWatchTest::compute);
    assertThat(output).contains("event loop busy: ").contains("LoopWatchTest.compute");
  }

  @Test
  void saysNothingOfALoopThatRests(CapturedOutput output) throws Exception {
    while (meters.timer("firstcome.eventloop.delay", "loops", "test").count() < 10) {
      loops.next().submit(() -> {}).sync();
    }
    assertThat(output).doesNotContain("event loop");
  }

  @Test
  void aLoopThatIsLateOnceTakesWhatComes() throws Exception {
    loops.next().submit(() -> park(4 * TARGET.toMillis())).sync();
    assertThat(admitted()).isTrue();
  }

  @Test
  void aLoopThatHasLongBeenLateTakesNothingUntilItHasTimeAgain() throws Exception {
    while (shedding() == 0) {
      loops.next().submit(() -> park(2 * TARGET.toMillis()));
      loops.next().submit(() -> park(2 * TARGET.toMillis())).sync();
    }
    boolean late = loops.next().submit(() -> parkUntilLate()).get();
    assertThat(late).isTrue();

    while (shedding() == 1) {
      loops.next().submit(() -> park(1)).sync();
    }
    assertThat(admitted()).isTrue();
  }

  @Test
  void askedElsewhereItTakesWhatComes() {
    assertThat(watch.admits()).isTrue();
  }

  private double shedding() {
    return meters.get("firstcome.eventloop.shedding").gauge().value();
  }

  private boolean admitted() throws Exception {
    return loops.next().submit(watch::admits).get();
  }

  /** What asks has itself waited for too long: the heartbeat that was sent meanwhile says so. */
  private boolean parkUntilLate() {
    park(4 * TARGET.toMillis());
    return !watch.admits();
  }

  private static void park(long millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private void occupyUntilTold(String by, Runnable work) throws Exception {
    for (int i = 0; i < ATTEMPTS && told(by) == 0; i++) {
      loops.next().submit(work).sync();
      // The watch has a heartbeat answered before it can miss one.
      loops.next().submit(() -> {}).sync();
    }
    assertThat(told(by)).isPositive();
  }

  private double told(String by) {
    return meters.counter("firstcome.eventloop.held", "loops", "test", "by", by).count();
  }

  private static void compute() {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
