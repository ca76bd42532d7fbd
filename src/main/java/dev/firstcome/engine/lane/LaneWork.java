package dev.firstcome.engine.lane;

import dev.firstcome.infra.postgres.Failure;
import dev.firstcome.infra.postgres.FailureClassifier;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import reactor.core.publisher.Mono;

/**
 * What one lane does with a batch, and what it knows while it does.
 *
 * @param decision decides and commits, and answers one verdict for each command, in order; it must
 *     be safe to repeat
 * @param lockedRows finds the rows that keep a batch waiting
 * @param classifier tells what a failure of {@code decision} means
 * @param nanos a clock that never goes back
 */
record LaneWork<C, T>(
    String lane,
    LaneSettings settings,
    Function<List<C>, Mono<List<Verdict<T>>>> decision,
    LockedRows<C> lockedRows,
    RowsSetAside setAside,
    FailureClassifier classifier,
    LaneMeters meters,
    LongSupplier nanos) {

  /** A verdict for each, or an error. */
  Mono<List<Verdict<T>>> decide(List<C> commands) {
    return Mono.defer(() -> decision.apply(commands))
        .switchIfEmpty(Mono.error(() -> new IllegalStateException(lane + ": no verdicts")))
        .map(verdicts -> requireOneEach(commands, verdicts));
  }

  private List<Verdict<T>> requireOneEach(List<C> commands, List<Verdict<T>> verdicts) {
    if (verdicts.size() != commands.size()) {
      throw new IllegalStateException(
          lane + ": " + verdicts.size() + " verdicts for " + commands.size() + " commands");
    }
    return verdicts;
  }

  Failure kindOf(Throwable failure) {
    return classifier.classify(failure);
  }

  long now() {
    return nanos.getAsLong();
  }
}
