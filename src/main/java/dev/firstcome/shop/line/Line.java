package dev.firstcome.shop.line;

import dev.firstcome.shop.drop.Drop;
import dev.firstcome.shop.drop.LineTerms;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The queue in front of a drop, as it was read.
 *
 * @param openedAt from when on a ticket has its number at once; null: not yet
 * @param shuffledAt when the tickets from before the opening had theirs; null: not yet
 * @param pooled how many those are
 * @param lastNumber the last that was given, or that the shuffle will give
 * @param admittedUpTo the cursor: nobody with a higher number was admitted
 * @param waiting tickets that wait
 * @param speed numbers that the cursor passes in a second, as an average that forgets
 * @param pausedAt since when the line's own time stands still
 * @param pausedMicros for how long it stood still before
 * @param soldOut whether no unit was left
 */
record Line(
    Drop drop,
    @Nullable Instant openedAt,
    @Nullable Instant shuffledAt,
    long pooled,
    long lastNumber,
    long admittedUpTo,
    long waiting,
    double speed,
    @Nullable Instant pausedAt,
    long pausedMicros,
    boolean soldOut) {

  /** What the average of the speed remembers: nearly all of it is of the last minute. */
  static final double MEMORY_SECONDS = 25;

  /** A line must have moved for so long before anybody speaks of its speed. */
  private static final double TELLING_SECONDS = 5;

  LineTerms terms() {
    return Objects.requireNonNull(drop.line(), "a line has terms");
  }

  /** The line's own time, in which admissions last: it stands still during a pause. */
  Instant time(Instant now) {
    return (pausedAt == null ? now : pausedAt).minus(pausedMicros, ChronoUnit.MICROS);
  }

  /** When a moment of the line's own time comes, if nobody pauses it any more. */
  Instant at(Instant own, Instant now) {
    return own.plusNanos(ChronoUnit.NANOS.between(time(now), now));
  }

  /** Numbers a second over about the last minute; 0 while nobody can say. */
  double speedAt(Instant now) {
    double moving = openedAt == null ? 0 : ChronoUnit.MILLIS.between(openedAt, now) / 1000.0;
    // What the average has not seen yet counts as none of it.
    return moving < TELLING_SECONDS ? 0 : speed / (1 - Math.exp(-moving / MEMORY_SECONDS));
  }

  boolean isClosed(Instant now) {
    return drop.status(now) == Drop.Status.CLOSED;
  }

  /**
   * As it is now: at the opening it counts the tickets from before. The first to hold its row then
   * makes it so.
   */
  Line openedBy(Instant now) {
    return openedAt != null || now.isBefore(drop.opensAt())
        ? this
        : new Line(
            drop,
            now,
            shuffledAt,
            waiting,
            waiting,
            admittedUpTo,
            waiting,
            speed,
            pausedAt,
            pausedMicros,
            soldOut);
  }

  /** With one more at its end, if it is open; with one more in the pool if it is not. */
  Line joined(boolean numbered) {
    return with(numbered ? lastNumber + 1 : lastNumber, waiting + 1);
  }

  Line left() {
    return with(lastNumber, waiting - 1);
  }

  private Line with(long newLast, long newWaiting) {
    return new Line(
        drop,
        openedAt,
        shuffledAt,
        pooled,
        newLast,
        admittedUpTo,
        newWaiting,
        speed,
        pausedAt,
        pausedMicros,
        soldOut);
  }
}
