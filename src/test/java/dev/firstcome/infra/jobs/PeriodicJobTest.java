package dev.firstcome.infra.jobs;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

class PeriodicJobTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private static final JobSettings SETTINGS =
      new JobSettings(
          Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofSeconds(5), SECOND, SECOND);

  private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
  private final List<Long> turns = new ArrayList<>();
  private final Queue<Mono<Boolean>> script = new ArrayDeque<>();
  private final PeriodicJob loop = loop(Duration.ofSeconds(10));

  private PeriodicJob loop(Duration interval) {
    return new PeriodicJob("test", interval, Mono.defer(this::next), SETTINGS, time, Math::random);
  }

  private Mono<Boolean> next() {
    turns.add(time.now(TimeUnit.MILLISECONDS));
    Mono<Boolean> scripted = script.poll();
    return scripted == null ? Mono.just(false) : scripted;
  }

  @AfterEach
  void stop() {
    loop.stop().subscribe();
  }

  private void pass(long millis) {
    time.advanceTimeBy(Duration.ofMillis(millis));
  }

  @Test
  void beginsAtOnceAndThenByTheTimer() {
    loop.start();
    assertThat(turns).hasSize(1);
    pass(7_499);
    assertThat(turns).hasSize(1);
    pass(5_001);
    assertThat(turns).hasSize(2);
  }

  @Test
  void goesOnAtOnceWhileThereIsMore() {
    script.addAll(List.of(Mono.just(true), Mono.just(true), Mono.just(false)));
    loop.start();
    assertThat(turns).containsExactly(0L, 0L, 0L);
  }

  @Test
  void aThousandWakingsAreOneTurn() {
    loop.start();
    for (int i = 0; i < 1000; i++) {
      loop.wake();
    }
    assertThat(turns).hasSize(1);
    pass(50);
    assertThat(turns).containsExactly(0L, 50L);
    pass(5_000);
    assertThat(turns).hasSize(2);
  }

  @Test
  void isNotDeafWhileItWorksAndNeverRunsTwiceAtOnce() {
    Sinks.One<Boolean> working = Sinks.one();
    script.add(working.asMono());
    loop.start();
    loop.wake();
    pass(200);
    assertThat(turns).hasSize(1);
    working.tryEmitValue(false);
    pass(50);
    assertThat(turns).containsExactly(0L, 250L);
  }

  @Test
  void pausesLongerAndLongerWhileItFailsHoweverOftenItIsWoken() {
    for (int i = 0; i < 12; i++) {
      script.add(Mono.error(new IllegalStateException("away")));
    }
    loop.start();
    for (int i = 0; i < 3_000; i++) {
      loop.wake();
      pass(20);
    }
    long before = 100;
    for (int i = 1; i < 12; i++) {
      assertThat(turns.get(i) - turns.get(i - 1)).isBetween(before * 3 / 4, before * 5 / 4 + 1);
      before = Math.min(2 * before, 5_000);
    }
    // Recovered: woken again within the linger.
    assertThat(turns.get(20) - turns.get(19)).isLessThanOrEqualTo(70);
  }

  @Test
  void startsItsBackOffAnewAfterASuccess() {
    for (int i = 0; i < 5; i++) {
      script.add(Mono.error(new IllegalStateException("away")));
    }
    script.add(Mono.just(true));
    script.add(Mono.error(new IllegalStateException("away again")));
    loop.start();
    pass(60_000);
    assertThat(turns.get(7) - turns.get(6)).isBetween(75L, 125L);
  }

  @Test
  void aTurnThatThrowsOrSaysNothingIsAFailureLikeAnyOther() {
    script.add(
        Mono.defer(
            () -> {
              throw new IllegalArgumentException("defect");
            }));
    script.add(Mono.empty());
    loop.start();
    pass(400);
    assertThat(turns).hasSize(3);
  }

  @Test
  void abandonsATurnThatHangsWithoutCancellingIt() {
    AtomicBoolean cancelled = new AtomicBoolean();
    script.add(Mono.<Boolean>never().doOnCancel(() -> cancelled.set(true)));
    loop.start();
    pass(999);
    assertThat(turns).hasSize(1);
    pass(200);
    assertThat(turns).hasSize(2);
    assertThat(cancelled).isFalse();
  }

  @Test
  void stopsAfterTheTurnThatHasBegun() {
    Sinks.One<Boolean> working = Sinks.one();
    script.add(working.asMono());
    loop.start();
    AtomicInteger stopped = new AtomicInteger();
    loop.stop().subscribe(nothing -> {}, failure -> {}, stopped::incrementAndGet);
    assertThat(stopped).hasValue(0);
    working.tryEmitValue(true);
    assertThat(stopped).hasValue(1);
    loop.wake();
    pass(60_000);
    assertThat(turns).hasSize(1);
  }

  @Test
  void stopsInTheMiddleOfAPauseAndStartsAgain() {
    script.add(Mono.error(new IllegalStateException("away")));
    loop.start();
    AtomicInteger stopped = new AtomicInteger();
    loop.stop().subscribe(nothing -> {}, failure -> {}, stopped::incrementAndGet);
    assertThat(stopped).hasValue(1);
    loop.start();
    assertThat(turns).hasSize(2);
  }

  @Test
  void losesNoWakeUpUnderRealThreads() throws InterruptedException {
    AtomicInteger committed = new AtomicInteger();
    AtomicInteger seen = new AtomicInteger();
    AtomicInteger inside = new AtomicInteger();
    AtomicBoolean overlapped = new AtomicBoolean();
    JobSettings eager =
        new JobSettings(Duration.ZERO, SECOND, SECOND, Duration.ofSeconds(30), SECOND);
    PeriodicJob busy =
        new PeriodicJob(
            "busy",
            Duration.ofHours(1),
            Mono.fromSupplier(
                () -> {
                  overlapped.compareAndSet(false, inside.incrementAndGet() != 1);
                  seen.set(committed.get());
                  inside.decrementAndGet();
                  return false;
                }),
            eager,
            Schedulers.parallel(),
            Math::random);
    busy.start();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 20_000; i++) {
                  committed.incrementAndGet();
                  busy.wake();
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    org.awaitility.Awaitility.await()
        .atMost(SOON)
        .untilAtomic(seen, org.hamcrest.Matchers.is(80_000));
    assertThat(overlapped).isFalse();
    busy.stop().block(SECOND);
  }
}
