package dev.firstcome.engine.lane;

import static dev.firstcome.engine.lane.BatchLaneTest.ask;
import static dev.firstcome.engine.lane.BatchLaneTest.doneAll;
import static dev.firstcome.engine.lane.BatchLaneTest.failure;
import static dev.firstcome.engine.lane.LaneFixture.fails;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.engine.lane.LockedRows.Row;
import dev.firstcome.engine.lane.Verdict.Done;
import dev.firstcome.infra.postgres.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A row that somebody holds costs those who need it, and nobody else. */
class LockedRowsTest {

  private final LaneFixture lanes = new LaneFixture("max-batch=8", "concurrency=1");
  private final Set<Integer> held = new HashSet<>();

  /** What was tried, in order, without the look beforehand. */
  private final List<List<Integer>> tries = new ArrayList<>();

  private Sinks.Empty<Void> start = Sinks.empty();

  private Mono<List<Verdict<String>>> decide(List<Integer> batch) {
    return start.asMono().then(Mono.defer(() -> decideNow(batch)));
  }

  private Mono<List<Verdict<String>>> decideNow(List<Integer> batch) {
    tries.add(List.copyOf(batch));
    return batch.stream().anyMatch(held::contains)
        ? fails(Failure.LOCKED)
        : Mono.just(doneAll(batch));
  }

  private final BatchLane<Integer, String> lane =
      lanes.lane(
          this::decide,
          LockedRows.in(
              "row",
              n -> List.of(n),
              all ->
                  Mono.fromSupplier(() -> all.stream().filter(held::contains).collect(toSet()))));

  /** The first leaves alone, the others together after it. */
  private List<CompletableFuture<Done<String>>> batch(int... commands) {
    start = Sinks.empty();
    tries.clear();
    ask(lane, 0);
    List<CompletableFuture<Done<String>>> answers =
        IntStream.of(commands).mapToObj(n -> ask(lane, n)).toList();
    start.tryEmitEmpty();
    return answers;
  }

  private static void allDone(List<CompletableFuture<Done<String>>> answers, int... places) {
    for (int place : places) {
      assertThat(answers.get(place)).isCompleted();
    }
  }

  @Test
  void refusesThoseWhoNeedTheRowAndDecidesTheOthers() {
    held.add(3);
    List<CompletableFuture<Done<String>>> answers = batch(1, 2, 3, 4, 3);

    assertThat(tries)
        .containsExactly(List.of(0), List.of(1, 2, 3, 4, 3), List.of(1, 2, 4), List.of(3, 3));
    allDone(answers, 0, 1, 3);
    assertThat(failure(answers.get(2))).satisfies(BatchLaneTest::isOverloaded);
    assertThat(failure(answers.get(4))).satisfies(BatchLaneTest::isOverloaded);
    assertThat(lanes.gauge("firstcome.lane.set.aside")).isOne();
    assertThat(lanes.count("firstcome.lane.locked")).isEqualTo(2);
  }

  @Test
  void doesNotWaitForItAgainWhileItRests() {
    held.add(3);
    batch(3, 1);
    List<CompletableFuture<Done<String>>> answers = batch(1, 3, 2);

    assertThat(tries).containsExactly(List.of(0), List.of(1, 2));
    allDone(answers, 0, 2);
    assertThat(failure(answers.get(1))).satisfies(BatchLaneTest::isOverloaded);
  }

  @Test
  void decidesForItAtOnceWhenItIsFree() {
    held.add(3);
    batch(3, 1);
    held.clear();
    List<CompletableFuture<Done<String>>> answers = batch(1, 3, 2);

    assertThat(tries).containsExactly(List.of(0), List.of(1, 3, 2));
    allDone(answers, 0, 1, 2);
  }

  @Test
  void waitsForItOnceMoreAfterEachRestWhichGrows() {
    held.add(3);
    batch(3, 1);
    lanes.pass(Duration.ofSeconds(1));
    batch(1, 3, 2);
    assertThat(tries).containsExactly(List.of(0), List.of(1, 2), List.of(3));
    lanes.pass(Duration.ofMillis(1900));
    batch(3, 1);
    assertThat(tries).containsExactly(List.of(0), List.of(1));
    lanes.pass(Duration.ofMillis(100));
    batch(3, 1);
    assertThat(tries).containsExactly(List.of(0), List.of(1), List.of(3));
  }

  @Test
  void forgetsARowThatNobodyHoldsAnyMore() {
    held.add(3);
    batch(3, 1);
    held.clear();
    lanes.pass(Duration.ofSeconds(10));
    batch(1);

    assertThat(lanes.gauge("firstcome.lane.set.aside")).isZero();
  }

  /** Another instance is quick: it has the row whenever one looks, and never for long. */
  @Test
  void decidesForARowThatIsHeldForAMoment() {
    List<Set<Integer>> looks = new ArrayList<>(List.of(Set.of(2, 3)));
    held.add(3);
    BatchLane<Integer, String> busy =
        lanes.lane(
            this::decide, LockedRows.in("row", n -> List.of(n), all -> Mono.just(looks.get(0))));
    ask(busy, 0);
    CompletableFuture<Done<String>> two = ask(busy, 2);
    CompletableFuture<Done<String>> three = ask(busy, 3);
    start.tryEmitEmpty();

    assertThat(tries).containsExactly(List.of(0), List.of(2, 3), List.of(2), List.of(3));
    assertThat(two).isCompleted();
    assertThat(failure(three)).satisfies(BatchLaneTest::isOverloaded);
  }

  @Test
  void triesAgainWhenNobodyHoldsTheRowAnyMore() {
    AtomicInteger waits = new AtomicInteger(2);
    BatchLane<Integer, String> lane =
        lanes.lane(
            batch ->
                waits.getAndDecrement() > 0 ? fails(Failure.LOCKED) : Mono.just(doneAll(batch)));

    assertThat(ask(lane, 1)).isCompletedWithValue(new Done<>("made 1", false));
  }

  @Test
  void halvesWhenNobodyKnowsTheRow() {
    BatchLane<Integer, String> blind = lanes.lane(this::decide);
    held.add(3);
    ask(blind, 0);
    List<CompletableFuture<Done<String>>> answers =
        IntStream.rangeClosed(1, 4).mapToObj(n -> ask(blind, n)).toList();
    start.tryEmitEmpty();

    List<Integer> all = List.of(1, 2, 3, 4);
    assertThat(tries)
        .containsExactly(
            List.of(0), all, all, List.of(1, 2), List.of(3, 4), List.of(3), List.of(3), List.of(4));
    allDone(answers, 0, 1, 3);
    assertThat(failure(answers.get(2))).satisfies(BatchLaneTest::isOverloaded);
  }

  @Test
  void remembersOneRowOfACommandOnlyIfItIsTheOnlyOne() {
    Set<Row> both = Set.of(new Row("row", 1), new Row("row", 2));
    BatchLane<Integer, String> lane =
        lanes.lane(this::decide, commands -> Mono.just(List.of(both)));
    held.add(3);
    start.tryEmitEmpty();

    assertThat(failure(ask(lane, 3))).satisfies(BatchLaneTest::isOverloaded);
    assertThat(tries).containsExactly(List.of(3), List.of(3));
    assertThat(lanes.gauge("firstcome.lane.set.aside")).isZero();
  }

  @Test
  void givesUpTogetherWithItsStoreWhenItCannotBeAsked() {
    BatchLane<Integer, String> lane =
        lanes.lane(this::decide, commands -> fails(Failure.UNAVAILABLE));
    held.add(3);
    start.tryEmitEmpty();

    assertThat(failure(ask(lane, 3))).satisfies(BatchLaneTest::isUnavailable);
  }
}
