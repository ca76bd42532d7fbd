package dev.firstcome.batch;

import dev.firstcome.problem.Refused;
import java.util.ArrayList;
import java.util.List;

/**
 * What a lane answers to one command.
 *
 * @param <T> what the command makes or finds
 */
public sealed interface Verdict<T> {

  /**
   * The effect is committed.
   *
   * @param replayed whether an earlier request of the same name made it
   */
  record Done<T>(T value, boolean replayed) implements Verdict<T> {}

  /** Nothing was done, and why. */
  record No<T>(Refused because) implements Verdict<T> {}

  /** Nobody knows, or a defect: the caller may ask again under the same name. */
  record Failed<T>(Throwable cause) implements Verdict<T> {}

  static <T> Verdict<T> done(T value) {
    return new Done<>(value, false);
  }

  static <T> Verdict<T> replayed(T value) {
    return new Done<>(value, true);
  }

  static <T> Verdict<T> no(Refused because) {
    return new No<>(because);
  }

  /** What the verdicts make anew, in order: what is to be written. */
  static <T> List<T> fresh(List<Verdict<T>> verdicts) {
    List<T> fresh = new ArrayList<>();
    for (Verdict<T> verdict : verdicts) {
      if (verdict instanceof Done<T> done && !done.replayed()) {
        fresh.add(done.value());
      }
    }
    return fresh;
  }
}
