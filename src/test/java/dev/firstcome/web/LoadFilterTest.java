package dev.firstcome.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.batch.BatchParts;
import dev.firstcome.batch.LoopWatch;
import dev.firstcome.problem.CommonRefusal;
import dev.firstcome.problem.Refused;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** On a real loop that has more to do than it can. */
class LoadFilterTest {

  private static final Duration TARGET = Duration.ofMillis(30);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final EventExecutorGroup loops = new DefaultEventExecutorGroup(1);
  private final LoopWatch watch = BatchParts.watch(loops, meters, TARGET, Duration.ofMillis(500));
  private final LoadFilter filter = new LoadFilter(watch, meters);
  private int passed;
  private final WebFilterChain chain = exchange -> Mono.fromRunnable(() -> passed++);

  @AfterEach
  void stop() {
    watch.stop();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  @Test
  void takesWhatComesOnALoopThatKeepsUp() throws Exception {
    loops.next().submit(() -> request(HttpMethod.POST).expectComplete().verify()).sync();
    assertThat(passed).isOne();
  }

  @Test
  void refusesWritesAndServesReadsOnALoopThatDoesNot() throws Exception {
    watch.start();
    while (meters.get("firstcome.eventloop.shedding").gauge().value() == 0) {
      loops.next().submit(this::work);
      loops.next().submit(this::work).sync();
    }
    loops.next().submit(this::readAndWriteTooLate).sync().get();
    assertThat(passed).isOne();
    assertThat(meters.get("firstcome.eventloop.refused").counter().count()).isOne();
  }

  private Void readAndWriteTooLate() {
    work();
    work();
    request(HttpMethod.GET).expectComplete().verify();
    request(HttpMethod.POST).expectErrorSatisfies(LoadFilterTest::isOverloaded).verify();
    return null;
  }

  private static void isOverloaded(Throwable failure) {
    assertThat(failure)
        .isInstanceOfSatisfying(
            Refused.class, no -> assertThat(no.refusal()).isEqualTo(CommonRefusal.OVERLOADED));
  }

  private StepVerifier.LastStep request(HttpMethod method) {
    return StepVerifier.create(
        filter.filter(
            MockServerWebExchange.from(MockServerHttpRequest.method(method, "/api/v1/orders")),
            chain));
  }

  /** For twice as long as does no harm. */
  private void work() {
    LockSupport.parkNanos(2 * TARGET.toNanos());
  }
}
