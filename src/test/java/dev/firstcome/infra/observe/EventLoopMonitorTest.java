package dev.firstcome.infra.observe;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * On a real loop and in real time; a busy machine may make the watch miss, so it is tried again.
 */
@ExtendWith(OutputCaptureExtension.class)
@NullUnmarked
class EventLoopMonitorTest {

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final EventExecutorGroup loops = new DefaultEventExecutorGroup(1);
  private EventLoopMonitor watch;

  private void start(ThreadMXBean threads) {
    watch = new EventLoopMonitor(Map.of("testEventLoops", loops), meters, threads);
    watch.start();
  }

  /** Of a machine that has a core for each thread, which the one below need not have. */
  private static ThreadMXBean withCoresToSpare() {
    ThreadMXBean real = ManagementFactory.getThreadMXBean();
    return (ThreadMXBean)
        Proxy.newProxyInstance(
            ThreadMXBean.class.getClassLoader(),
            new Class<?>[] {ThreadMXBean.class},
            (proxy, method, arguments) ->
                method.getName().equals("getThreadCpuTime")
                    ? System.nanoTime()
                    : method.invoke(real, arguments));
  }

  @AfterEach
  void stop() {
    watch.stop();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  @Test
  void tellsWhereALoopWaits(CapturedOutput output) throws Exception {
    start(ManagementFactory.getThreadMXBean());
    occupyUntilTold("blocked", () -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100)));
    awaitTold(output, "event loop blocked: ", "EventLoopMonitorTest.lambda$");
    assertThat(
            meters.timer("firstcome.eventloop.delay", "loops", "test").max(TimeUnit.MILLISECONDS))
        .isGreaterThan(50);
  }

  @Test
  void tellsWhereALoopComputes(CapturedOutput output) throws Exception {
    start(withCoresToSpare());
    occupyUntilTold("busy", EventLoopMonitorTest::compute);
    awaitTold(output, "event loop busy: ", "EventLoopMonitorTest.compute");
  }

  @Test
  void saysNothingOfALoopThatRests(CapturedOutput output) throws Exception {
    start(ManagementFactory.getThreadMXBean());
    while (meters.timer("firstcome.eventloop.delay", "loops", "test").count() < 10) {
      loops.next().submit(() -> {}).sync();
    }
    assertThat(output).doesNotContain("event loop");
  }

  /** It is counted before it is logged. */
  private static void awaitTold(CapturedOutput output, String... texts) {
    await().atMost(SOON).untilAsserted(() -> assertThat(output).contains(texts));
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
