package dev.firstcome.infra.observe;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import java.util.Map;
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
class EventLoopMonitorTest {

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final EventExecutorGroup loops = new DefaultEventExecutorGroup(1);
  private final EventLoopMonitor watch =
      new EventLoopMonitor(Map.of("testEventLoops", loops), meters);

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
    occupyUntilTold("blocked", () -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100)));
    assertThat(output).contains("event loop blocked: ").contains("EventLoopMonitorTest.lambda$");
    assertThat(
            meters.timer("firstcome.eventloop.delay", "loops", "test").max(TimeUnit.MILLISECONDS))
        .isGreaterThan(50);
  }

  @Test
  void tellsWhereALoopComputes(CapturedOutput output) throws Exception {
    occupyUntilTold("busy", EventLoopMonitorTest::compute);
    assertThat(output).contains("event loop busy: ").contains("EventLoopMonitorTest.compute");
  }

  @Test
  void saysNothingOfALoopThatRests(CapturedOutput output) throws Exception {
    while (meters.timer("firstcome.eventloop.delay", "loops", "test").count() < 10) {
      loops.next().submit(() -> {}).sync();
    }
    assertThat(output).doesNotContain("event loop");
  }

  private void occupyUntilTold(String by, Runnable work) throws Exception {
    long end = System.nanoTime() + SOON.toNanos();
    while (told(by) == 0 && System.nanoTime() < end) {
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
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
