package dev.firstcome.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firstcome.batch.Verdict.Done;
import dev.firstcome.problem.CommonRefusal;
import dev.firstcome.problem.Refused;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class BatchLaneTest {

  private static final LaneSettings SETTINGS =
      new LaneSettings(
          8, 4, 1, 2, Duration.ofMillis(400), Duration.ofMillis(50), Duration.ofMillis(200));

  /** Moved by the tests. */
  private final AtomicLong nanos = new AtomicLong();

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  /** Every batch that the work was given, in order. */
  private final List<List<Integer>> batches = new ArrayList<>();

  private BatchLane<Integer, String> lane(
      Function<List<Integer>, Mono<List<Verdict<String>>>> work) {
    return lane(SETTINGS, work);
  }

  private BatchLane<Integer, String> lane(
      LaneSettings settings, Function<List<Integer>, Mono<List<Verdict<String>>>> work) {
    return new BatchLane<>(
        "test",
        settings,
        batch -> {
          batches.add(List.copyOf(batch));
          return work.apply(batch);
        },
        failure ->
            failure instanceof IllegalArgumentException
                ? Failure.POISONED
                : failure instanceof IllegalStateException
                    ? Failure.TRANSIENT
                    : Failure.UNAVAILABLE,
        meters,
        Schedulers.parallel(),
        nanos::get,
        Spans.NONE);
  }

  private static List<Verdict<String>> doneAll(List<Integer> batch) {
    return batch.stream().map(n -> Verdict.done("made " + n)).toList();
  }

  private static CompletableFuture<Done<String>> ask(BatchLane<Integer, String> lane, int command) {
    return lane.submit(command).toFuture();
  }

  @Test
  void decidesALoneCommandAtOnce() {
    StepVerifier.create(lane(batch -> Mono.just(doneAll(batch))).submit(1))
        .expectNext(new Done<>("made 1", false))
        .verifyComplete();
  }

  @Test
  void formsABatchWhileTheLastOneFlies() {
    Sinks.Empty<Void> commit = Sinks.empty();
    BatchLane<Integer, String> lane = lane(batch -> commit.asMono().thenReturn(doneAll(batch)));
    List<CompletableFuture<Done<String>>> answers =
        IntStream.rangeClosed(1, 7).mapToObj(n -> ask(lane, n)).toList();
    commit.tryEmitEmpty();

    assertThat(batches).containsExactly(List.of(1), List.of(2, 3, 4, 5), List.of(6, 7));
    assertThat(answers).allMatch(CompletableFuture::isDone);
    assertThat(answers.get(6).join().value()).isEqualTo("made 7");
  }

  @Test
  void aSecondBatchFliesBesideTheFirstOnlyIfItIsFullOrHasBeenKeptForLong() {
    BatchLane<Integer, String> lane =
        lane(
            new LaneSettings(
                100, 4, 3, 2, SETTINGS.deadline(), SETTINGS.target(), SETTINGS.interval()),
            batch -> Mono.never());
    IntStream.rangeClosed(1, 4).forEach(n -> ask(lane, n));
    assertThat(batches).containsExactly(List.of(1));
    ask(lane, 5);
    assertThat(batches).containsExactly(List.of(1), List.of(2, 3, 4, 5));

    ask(lane, 6);
    nanos.addAndGet(SETTINGS.target().toNanos());
    ask(lane, 7);
    assertThat(batches).hasSize(2);
    nanos.incrementAndGet();
    ask(lane, 8);
    assertThat(batches).hasSize(3).endsWith(List.of(6, 7, 8));
  }

  @Test
  void refusesAtOnceWhatIsOverItsCapacityAndTakesMoreWhenThereIsRoom() {
    Sinks.Empty<Void> commit = Sinks.empty();
    BatchLane<Integer, String> lane = lane(batch -> commit.asMono().thenReturn(doneAll(batch)));
    IntStream.rangeClosed(1, 8).forEach(n -> ask(lane, n));

    StepVerifier.create(lane.submit(9)).verifyErrorSatisfies(BatchLaneTest::isOverloaded);
    commit.tryEmitEmpty();
    StepVerifier.create(lane.submit(10)).expectNextCount(1).verifyComplete();
  }

  @Test
  void answersTheRestWhenOneCommandIsPoisonous() {
    Sinks.Empty<Void> start = Sinks.empty();
    BatchLane<Integer, String> lane =
        lane(
            batch ->
                start
                    .asMono()
                    .then(
                        batch.contains(3)
                            ? Mono.error(new IllegalArgumentException("three"))
                            : Mono.just(doneAll(batch))));
    List<CompletableFuture<Done<String>>> answers =
        IntStream.rangeClosed(1, 5).mapToObj(n -> ask(lane, n)).toList();
    start.tryEmitEmpty();

    assertThat(answers.get(2)).isCompletedExceptionally();
    assertThat(List.of(answers.get(0), answers.get(1), answers.get(3), answers.get(4)))
        .allMatch(answer -> answer.isDone() && !answer.isCompletedExceptionally());
  }

  @Test
  void triesARaceAgainAndAnswersWithWhatItFinds() {
    AtomicInteger tries = new AtomicInteger();
    BatchLane<Integer, String> lane =
        lane(
            batch ->
                tries.incrementAndGet() < 3
                    ? Mono.error(new IllegalStateException("deadlock"))
                    : Mono.just(List.of(Verdict.replayed("found"))));

    StepVerifier.create(lane.submit(1)).expectNext(new Done<>("found", true)).verifyComplete();
    assertThat(tries).hasValue(3);
  }

  @Test
  void saysThatTheStoreIsAwayWithoutTryingAgain() {
    BatchLane<Integer, String> lane = lane(batch -> Mono.error(new RuntimeException("no route")));

    StepVerifier.create(lane.submit(1))
        .verifyErrorSatisfies(
            error ->
                assertThat(((Refused) error).refusal())
                    .isEqualTo(CommonRefusal.DEPENDENCY_UNAVAILABLE));
    assertThat(batches).hasSize(1);
  }

  @Test
  void survivesWorkThatThrowsBeforeItReturns() {
    AtomicInteger calls = new AtomicInteger();
    BatchLane<Integer, String> lane =
        lane(
            batch -> {
              if (calls.incrementAndGet() == 1) {
                throw new IllegalArgumentException("thrown, not emitted");
              }
              return Mono.just(doneAll(batch));
            });

    StepVerifier.create(lane.submit(1)).verifyError(IllegalArgumentException.class);
    StepVerifier.create(lane.submit(2)).expectNextCount(1).verifyComplete();
  }

  @Test
  void answersEverybodyWhenTheVerdictsDoNotMatchTheCommands() {
    BatchLane<Integer, String> tooFew = lane(batch -> Mono.just(List.of()));
    BatchLane<Integer, String> none = lane(batch -> Mono.empty());

    StepVerifier.create(tooFew.submit(1)).verifyError(IllegalStateException.class);
    StepVerifier.create(none.submit(1)).verifyError(IllegalStateException.class);
  }

  @Test
  void ownsTheWorkWhenItsCallerGoesAway() {
    Sinks.Empty<Void> commit = Sinks.empty();
    AtomicInteger committed = new AtomicInteger();
    BatchLane<Integer, String> lane =
        lane(
            batch ->
                commit
                    .asMono()
                    .then(Mono.fromSupplier(committed::incrementAndGet))
                    .thenReturn(doneAll(batch)));
    lane.submit(1).subscribe().dispose();
    commit.tryEmitEmpty();

    assertThat(committed).hasValue(1);
  }

  @Test
  void givesUpWaitingAtTheDeadlineAndGoesOnWithTheNext() {
    AtomicInteger calls = new AtomicInteger();
    BatchLane<Integer, String> lane =
        lane(batch -> calls.incrementAndGet() == 1 ? Mono.never() : Mono.just(doneAll(batch)));
    CompletableFuture<Done<String>> stuck = ask(lane, 1);
    CompletableFuture<Done<String>> next = ask(lane, 2);

    assertThatThrownBy(() -> stuck.get(5, java.util.concurrent.TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            Refused.class,
            refused ->
                assertThat(refused.refusal()).isEqualTo(CommonRefusal.DEPENDENCY_UNAVAILABLE));
    assertThat(next).succeedsWithin(Duration.ofSeconds(5));
  }

  @Test
  void refusesAfterItIsClosed() {
    BatchLane<Integer, String> lane = lane(batch -> Mono.just(doneAll(batch)));
    lane.close();

    StepVerifier.create(lane.submit(1)).verifyErrorSatisfies(BatchLaneTest::isOverloaded);
  }

  @Test
  void takesCommandsAgainAfterItIsOpenedAnew() {
    BatchLane<Integer, String> lane = lane(batch -> Mono.just(doneAll(batch)));
    lane.close();
    lane.open();

    StepVerifier.create(lane.submit(1)).expectNextCount(1).verifyComplete();
  }

  @Test
  void refusesWithoutAnyEffectWhoHasWaitedForTooLong() {
    Sinks.Empty<Void> commit = Sinks.empty();
    BatchLane<Integer, String> lane = lane(batch -> commit.asMono().thenReturn(doneAll(batch)));
    ask(lane, 1);
    CompletableFuture<Done<String>> old = ask(lane, 2);
    nanos.addAndGet(Duration.ofMillis(300).toNanos());
    CompletableFuture<Done<String>> young = ask(lane, 3);
    nanos.addAndGet(Duration.ofMillis(101).toNanos());
    commit.tryEmitEmpty();

    assertThat(batches).containsExactly(List.of(1), List.of(3));
    assertThat(old.handle((done, error) -> error).join()).satisfies(BatchLaneTest::isOverloaded);
    assertThat(young).isCompleted();
    assertThat(meters.get("firstcome.lane.depth").gauge().value()).isZero();
    assertThat(meters.get("firstcome.lane.refused").counter().count()).isEqualTo(1);
  }

  @Test
  void underStandingOverloadTakesNoMoreThanItsNextBatchCarries() {
    Deque<Sinks.Empty<Void>> flights = new ArrayDeque<>();
    BatchLane<Integer, String> lane =
        lane(
            new LaneSettings(
                100, 4, 1, 2, SETTINGS.deadline(), SETTINGS.target(), SETTINGS.interval()),
            batch -> {
              Sinks.Empty<Void> flight = Sinks.empty();
              flights.add(flight);
              return flight.asMono().thenReturn(doneAll(batch));
            });
    // Four leave and eight come, each 100 ms: even the youngest has waited for longer than 50 ms.
    for (int i = 0; i < 4; i++) {
      IntStream.range(0, 8).forEach(j -> ask(lane, j));
      nanos.addAndGet(Duration.ofMillis(100).toNanos());
      flights.remove().tryEmitEmpty();
    }

    assertThat(meters.get("firstcome.lane.shedding").gauge().value()).isOne();
    StepVerifier.create(lane.submit(1)).verifyErrorSatisfies(BatchLaneTest::isOverloaded);
    while (meters.get("firstcome.lane.depth").gauge().value() > 4) {
      flights.remove().tryEmitEmpty();
    }
    assertThat(ask(lane, 1)).isNotDone();
  }

  private static void isOverloaded(Throwable error) {
    assertThat(((Refused) error).refusal()).isEqualTo(CommonRefusal.OVERLOADED);
  }
}
