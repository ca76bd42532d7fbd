package dev.firstcome.engine.lane;

import dev.firstcome.refusal.Refused;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /**
   * The verdicts of a batch of which a part was decided early.
   *
   * @param early a verdict for each command, null for those that went on to the decision
   * @param decided the verdicts of those, in order
   */
  static <T> List<Verdict<T>> weave(List<@Nullable Verdict<T>> early, List<Verdict<T>> decided) {
    Iterator<Verdict<T>> next = decided.iterator();
    List<Verdict<T>> all = new ArrayList<>(early.size());
    for (Verdict<T> verdict : early) {
      all.add(verdict != null ? verdict : next.next());
    }
    return all;
  }
}
