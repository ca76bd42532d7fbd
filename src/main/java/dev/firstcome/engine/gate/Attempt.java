package dev.firstcome.engine.gate;

import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * One attempt to commit what a gate holds, and whether its outcome is open. PostgreSQL commits
 * nothing that it was not told to commit: whatever fails before the last step of a transaction has
 * come to its end has certainly changed nothing, also if PostgreSQL is away, and what is held for
 * it goes back at once. From then on COMMIT may have been sent, and only PostgreSQL knows.
 */
public final class Attempt {

  private volatile boolean open;

  private Attempt() {}

  /**
   * @param work marks the last step of its transaction by {@link #last}
   * @param failed told when nothing was committed, for certain
   */
  public static <T> Mono<T> at(Function<Attempt, Mono<T>> work, Runnable failed) {
    return Mono.defer(
        () -> {
          Attempt attempt = new Attempt();
          return work.apply(attempt).doOnError(failure -> attempt.ended(failed));
        });
  }

  /** The same step, after which the transaction is committed. */
  public <T> Mono<T> last(Mono<T> step) {
    return step.doOnSuccess(done -> open = true);
  }

  private void ended(Runnable failed) {
    if (!open) {
      failed.run();
    }
  }
}
