package dev.firstcome.engine.lane;

import static dev.firstcome.engine.lane.LaneFixture.fails;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.engine.lane.Verdict.Done;
import dev.firstcome.infra.postgres.Failure;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

class BatchLaneTest {

  private final LaneFixture lanes =
      new LaneFixture(
          "capacity=8", "max-batch=4", "concurrency=1", "patience=400ms", "interval=200ms");

  /** Every batch that the work was given, in order. */
  private final List<List<Integer>> batches = new ArrayList<>();

  private BatchLane<Integer, String> lane(
      Function<List<Integer>, Mono<List<Verdict<String>>>> work) {
    return lane(lanes, work);
  }

  private BatchLane<Integer, String> lane(
      LaneFixture fixture, Function<List<Integer>, Mono<List<Verdict<String>>>> work) {
    return fixture.lane(
        batch -> {
          batches.add(List.copyOf(batch));
          return work.apply(batch);
        });
  }

  static List<Verdict<String>> doneAll(List<Integer> batch) {
    return batch.stream().map(n -> Verdict.done("made " + n)).toList();
  }

  static CompletableFuture<Done<String>> ask(BatchLane<Integer, String> lane, int command) {
    return lane.submit(command).toFuture();
  }

  static @Nullable Throwable failure(CompletableFuture<?> answer) {
    return answer.handle((done, error) -> error).getNow(null);
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
    LaneFixture three = new LaneFixture("capacity=100", "max-batch=4", "concurrency=3");
    BatchLane<Integer, String> lane = lane(three, batch -> Mono.never());
    IntStream.rangeClosed(1, 4).forEach(n -> ask(lane, n));
    assertThat(batches).containsExactly(List.of(1));
    ask(lane, 5);
    assertThat(batches).containsExactly(List.of(1), List.of(2, 3, 4, 5));

    ask(lane, 6);
    three.pass(three.settings.target());
    ask(lane, 7);
    assertThat(batches).hasSize(2);
    three.pass(Duration.ofNanos(1));
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
                    .then(batch.contains(3) ? fails(Failure.POISONED) : Mono.just(doneAll(batch))));
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
                    ? fails(Failure.TRANSIENT)
                    : Mono.just(List.of(Verdict.replayed("found"))));

    StepVerifier.create(lane.submit(1)).expectNext(new Done<>("found", true)).verifyComplete();
    assertThat(tries).hasValue(3);
  }

  @Test
  void saysThatTheStoreIsAwayWithoutTryingAgain() {
    StepVerifier.create(lane(batch -> fails(Failure.UNAVAILABLE)).submit(1))
        .verifyErrorSatisfies(BatchLaneTest::isUnavailable);
    assertThat(batches).hasSize(1);
  }

  @Test
  void survivesWorkThatThrowsBeforeItReturns() {
    AtomicInteger calls = new AtomicInteger();
    BatchLane<Integer, String> lane =
        lane(
            batch -> {
              if (calls.incrementAndGet() == 1) {
                throw new IllegalStateException("thrown, not emitted");
              }
              return Mono.just(doneAll(batch));
            });

    StepVerifier.create(lane.submit(1)).verifyError(IllegalStateException.class);
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
  void refusesAfterItIsClosed() {
    BatchLane<Integer, String> lane = lane(batch -> Mono.just(doneAll(batch)));
    lane.close(System.nanoTime());

    StepVerifier.create(lane.submit(1)).verifyErrorSatisfies(BatchLaneTest::isOverloaded);
  }

  @Test
  void takesCommandsAgainAfterItIsOpenedAnew() {
    BatchLane<Integer, String> lane = lane(batch -> Mono.just(doneAll(batch)));
    lane.close(System.nanoTime());
    lane.open();

    StepVerifier.create(lane.submit(1)).expectNextCount(1).verifyComplete();
  }

  @Test
  void refusesWithoutAnyEffectWhatHasWaitedForTooLong() {
    Sinks.Empty<Void> commit = Sinks.empty();
    BatchLane<Integer, String> lane = lane(batch -> commit.asMono().thenReturn(doneAll(batch)));
    ask(lane, 1);
    CompletableFuture<Done<String>> old = ask(lane, 2);
    lanes.pass(Duration.ofMillis(300));
    CompletableFuture<Done<String>> young = ask(lane, 3);
    lanes.pass(Duration.ofMillis(101));
    commit.tryEmitEmpty();

    assertThat(batches).containsExactly(List.of(1), List.of(3));
    assertThat(failure(old)).satisfies(BatchLaneTest::isOverloaded);
    assertThat(young).isCompleted();
    assertThat(lanes.gauge("firstcome.lane.depth")).isZero();
    assertThat(lanes.count("firstcome.lane.refused")).isEqualTo(1);
  }

  @Test
  void underStandingOverloadTakesNoMoreThanItsNextBatchCarries() {
    LaneFixture wide =
        new LaneFixture("capacity=100", "max-batch=4", "concurrency=1", "interval=200ms");
    Deque<Sinks.Empty<Void>> flights = new ArrayDeque<>();
    BatchLane<Integer, String> lane =
        lane(
            wide,
            batch -> {
              Sinks.Empty<Void> flight = Sinks.empty();
              flights.add(flight);
              return flight.asMono().thenReturn(doneAll(batch));
            });
    // Four leave and eight come, each 100 ms: even the youngest has waited for longer than 50 ms.
    for (int i = 0; i < 4; i++) {
      IntStream.range(0, 8).forEach(j -> ask(lane, j));
      wide.pass(Duration.ofMillis(100));
      flights.remove().tryEmitEmpty();
    }

    assertThat(wide.gauge("firstcome.lane.shedding")).isOne();
    StepVerifier.create(lane.submit(1)).verifyErrorSatisfies(BatchLaneTest::isOverloaded);
    while (wide.gauge("firstcome.lane.depth") > 4) {
      flights.remove().tryEmitEmpty();
    }
    assertThat(ask(lane, 1)).isNotDone();
  }

  static void isOverloaded(Throwable error) {
    assertThat(((Refused) error).refusal()).isEqualTo(CommonRefusal.OVERLOADED);
  }

  static void isUnavailable(Throwable error) {
    assertThat(((Refused) error).refusal()).isEqualTo(CommonRefusal.DEPENDENCY_UNAVAILABLE);
  }
}
