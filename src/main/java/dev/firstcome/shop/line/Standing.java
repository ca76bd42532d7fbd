package dev.firstcome.shop.line;

import dev.firstcome.shop.line.Ticket.Status;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is told of a ticket: pure.
 *
 * @param ahead numbers before it that are not admitted, or before a new one if it waits no more;
 *     null before the opening
 * @param expected how long the wait is; null where nobody can honestly say
 * @param pollAfter in seconds
 */
record Standing(@Nullable Long ahead, @Nullable Wait expected, long pollAfter) {

  /** In seconds: an honest range if the line stays about as fast as it was over the last minute. */
  record Wait(long least, long most) {}

  /** Slower than one number in ten seconds: nobody can say. */
  private static final double SLOWEST = 0.1;

  /** Numbers a second as long as the line has no speed of its own. */
  private static final double SUPPOSED = 10;

  /**
   * @param chance from 0 to 1, exclusive
   */
  static Standing of(Seen seen, DoubleSupplier chance) {
    Long ahead = ahead(seen);
    return new Standing(
        ahead,
        ahead == null || !waits(seen) ? null : wait(seen, ahead),
        pollAfter(seen, ahead, chance));
  }

  private static boolean waits(Seen seen) {
    return seen.status() == Status.WAITING || seen.status() == Status.ADMITTED;
  }

  private static @Nullable Long ahead(Seen seen) {
    Long number = seen.ticket().number();
    return switch (seen.status()) {
      case ADMITTED -> 0L;
      case WAITING -> number == null ? null : Math.max(0, number - seen.line().admittedUpTo() - 1);
      case EXPIRED, LEFT ->
          seen.line().openedAt() == null
              ? null
              : seen.line().lastNumber() - seen.line().admittedUpTo();
    };
  }

  private static @Nullable Wait wait(Seen seen, long ahead) {
    if (seen.status() == Status.ADMITTED) {
      return new Wait(0, 0);
    }
    double speed = seen.line().speedAt(seen.now());
    if (seen.line().soldOut() || speed < SLOWEST) {
      return null;
    }
    double expected = ahead / speed;
    return new Wait((long) (expected * 0.7), (long) Math.ceil(expected * 1.6) + 1);
  }

  /**
   * At random between half of the longest and the longest, so that a crowd is spread. At most a
   * third of the time after which its user counts as absent, so that two answers may be lost.
   */
  private static long pollAfter(Seen seen, @Nullable Long ahead, DoubleSupplier chance) {
    long most = seen.line().terms().absentAfterSeconds() / 3;
    double longest = Math.min((double) most, Math.max(1, longest(seen, ahead, most)));
    double least = Math.max(1, longest / 2);
    return (long) (least + chance.getAsDouble() * (Math.floor(longest) - least + 1));
  }

  private static double longest(Seen seen, @Nullable Long ahead, long most) {
    if (seen.status() != Status.WAITING) {
      return most;
    }
    if (ahead == null) {
      Duration opening = Duration.between(seen.now(), seen.line().drop().opensAt());
      // The first turns come with the opening: a short one must not be over before it is heard of.
      long spread = Math.min(most, seen.line().terms().admissionSeconds());
      return Math.max(0, opening.toSeconds()) + spread / 4.0;
    }
    double speed = seen.line().speedAt(seen.now());
    return ahead / (speed < SLOWEST ? SUPPOSED : speed) / 2;
  }
}
