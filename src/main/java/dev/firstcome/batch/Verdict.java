package dev.firstcome.batch;

import dev.firstcome.problem.Refused;

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
}
