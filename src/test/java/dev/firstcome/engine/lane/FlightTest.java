package dev.firstcome.engine.lane;

import static dev.firstcome.engine.lane.BatchLaneTest.ask;
import static dev.firstcome.engine.lane.BatchLaneTest.doneAll;
import static dev.firstcome.engine.lane.BatchLaneTest.failure;
import static dev.firstcome.engine.lane.LaneFixture.fails;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.engine.lane.Verdict.Done;
import dev.firstcome.infra.postgres.Deadline;
import dev.firstcome.infra.postgres.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What becomes of a batch at its deadline: nobody hears "no" of what is committed afterwards. */
class FlightTest {

  private final LaneFixture lanes = new LaneFixture("max-batch=4", "concurrency=1");
  private final Duration deadline = lanes.settings.deadline();
  private final List<List<Integer>> batches = new ArrayList<>();
  private final AtomicReference<Deadline> heldTo = new AtomicReference<>(Deadline.NONE);

  /** Ends when the test says so, and as the test says. */
  private final Sinks.One<String> end = Sinks.one();

  private BatchLane<Integer, String> lane() {
    return lanes.lane(
        batch ->
            Mono.deferContextual(
                context -> {
                  batches.add(List.copyOf(batch));
                  heldTo.set(Deadline.in(context));
                  return end.asMono().thenReturn(doneAll(batch));
                }));
  }

  @Test
  void refusesAtTheDeadline() {
    CompletableFuture<Done<String>> answer = ask(lane(), 1);
    lanes.pass(deadline.minusNanos(1));
    assertThat(answer).isNotDone();
    lanes.pass(Duration.ofNanos(1));

    assertThat(failure(answer)).satisfies(BatchLaneTest::isUnavailable);
    assertThat(lanes.gauge("firstcome.lane.depth")).isZero();
  }

  @Test
  void letsNothingBeginOrCommitAfterTheDeadline() {
    ask(lane(), 1);
    assertThat(requireNonNull(heldTo.get()).isOver()).isFalse();
    lanes.pass(deadline);

    assertThat(requireNonNull(heldTo.get()).isOver()).isTrue();
    assertThat(requireNonNull(heldTo.get()).mayCommit()).isFalse();
  }

  @Test
  void triesNothingAgainAfterTheDeadline() {
    ask(lane(), 1);
    lanes.pass(deadline);
    end.tryEmitError(fails(Failure.TRANSIENT).toFuture().handle((v, e) -> e).join());

    assertThat(batches).hasSize(1);
  }

  @Test
  void waitsForACommitThatWasSentInTime() {
    CompletableFuture<Done<String>> answer = ask(lane(), 1);
    assertThat(requireNonNull(heldTo.get()).mayCommit()).isTrue();
    lanes.pass(deadline.plusSeconds(1));
    assertThat(answer).isNotDone();
    end.tryEmitValue("committed");

    assertThat(answer).isCompletedWithValue(new Done<>("made 1", false));
  }

  @Test
  void saysThatNobodyKnowsWhenTheCommitIsNotHeardOf() {
    CompletableFuture<Done<String>> answer = ask(lane(), 1);
    requireNonNull(heldTo.get()).mayCommit();
    lanes.pass(deadline.plus(LaneFixture.OVERTIME));

    assertThat(failure(answer)).satisfies(BatchLaneTest::isUnavailable);
  }

  @Test
  void keepsItsPlaceUntilItsWorkIsOverAndRefusesOthersMeanwhile() {
    BatchLane<Integer, String> lane = lane();
    ask(lane, 1);
    CompletableFuture<Done<String>> queued = ask(lane, 2);
    lanes.pass(deadline);
    assertThat(failure(queued)).satisfies(BatchLaneTest::isUnavailable);
    assertThat(failure(ask(lane, 3))).satisfies(BatchLaneTest::isUnavailable);
    end.tryEmitValue("rolled back at last");

    assertThat(ask(lane, 4)).isCompletedWithValue(new Done<>("made 4", false));
    assertThat(batches).containsExactly(List.of(1), List.of(4));
  }

  @Test
  void losesItsPlaceWhenItsWorkNeverEnds() {
    BatchLane<Integer, String> lane = lane();
    ask(lane, 1);
    lanes.pass(deadline.plus(LaneFixture.OVERTIME));
    ask(lane, 2);

    assertThat(batches).containsExactly(List.of(1), List.of(2));
  }

  @Test
  void aFlightThatIsLateKeepsNobodyWhoHasAnotherPlace() {
    LaneFixture two = new LaneFixture("max-batch=4", "concurrency=2");
    List<List<Integer>> left = new ArrayList<>();
    BatchLane<Integer, String> lane =
        two.lane(
            batch -> {
              left.add(List.copyOf(batch));
              return batch.contains(1) ? Mono.never() : Mono.just(doneAll(batch));
            });
    ask(lane, 1);
    CompletableFuture<Done<String>> alone = ask(lane, 2);
    two.pass(two.settings.deadline());

    assertThat(alone).isCompleted();
    assertThat(ask(lane, 3)).isCompleted();
    assertThat(left).containsExactly(List.of(1), List.of(2), List.of(3));
  }

  @Test
  void answersEachPartAsSoonAsItIsDecided() {
    Sinks.Empty<Void> start = Sinks.empty();
    Sinks.Empty<Void> second = Sinks.empty();
    BatchLane<Integer, String> lane =
        lanes.lane(
            batch -> {
              if (batch.size() == 4) {
                return fails(Failure.POISONED);
              }
              Mono<Void> ready = batch.contains(4) ? second.asMono() : start.asMono();
              return ready.thenReturn(doneAll(batch));
            });
    List<CompletableFuture<Done<String>>> answers = new ArrayList<>();
    for (int i = 0; i <= 4; i++) {
      answers.add(ask(lane, i));
    }
    start.tryEmitEmpty();

    assertThat(answers.subList(0, 3)).allMatch(CompletableFuture::isDone);
    assertThat(answers.subList(3, 5)).noneMatch(CompletableFuture::isDone);
    lanes.pass(deadline);
    assertThat(failure(answers.get(4))).satisfies(BatchLaneTest::isUnavailable);
    assertThat(answers.get(1)).isCompletedWithValue(new Done<>("made 1", false));
  }
}
