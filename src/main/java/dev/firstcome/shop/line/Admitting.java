package dev.firstcome.shop.line;

import dev.firstcome.shop.drop.Drop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rule of admission, one step of the cursor: pure. A step is the least of what the rate has
 * granted since the last one and what the units left allow beside the admissions that are open.
 */
final class Admitting {

  /** Tickets that one step looks at. */
  static final int MOST = 2_000;

  /** An automatic rate. */
  private static final double SLOWEST = 10;

  private static final double FASTEST = 100_000;

  /** By e^0.7, which is 2, in a second while the lanes keep up; down faster than up. */
  private static final double UP = 0.7;

  private static final double DOWN = -1.5;

  /** A line that nobody moved for so long: nobody can have been heard of meanwhile either. */
  private static final Duration GAP = Duration.ofSeconds(5);

  /** Admissions beyond 1.1 for each unit left. */
  private static final long SURPLUS = 10;

  /**
   * What moves, as it was locked and read.
   *
   * @param movedAt the last step; null: this is the first
   * @param heardSince since when it is known without a gap who was heard of
   * @param credit admissions granted by the rate and not used
   * @param soldOutAt when nothing was left for the first time; null: it never was
   * @param open admissions whose time is not over and that are not used up
   * @param openSince those of them that were given after {@code soldOutAt}
   * @param units left
   */
  record Motion(
      @Nullable Instant movedAt,
      @Nullable Instant heardSince,
      double credit,
      double automaticRate,
      @Nullable Instant soldOutAt,
      long open,
      long openSince,
      long units) {}

  /**
   * What is to be written.
   *
   * @param admitted in the order of their numbers
   * @param passed those passed over
   * @param motion as it is afterwards
   */
  record Step(
      List<Ticket> admitted, List<Ticket> passed, long admittedUpTo, double speed, Motion motion) {}

  private final Line line;
  private final Motion motion;
  private final Instant now;
  private final boolean late;
  private final double seconds;

  /**
   * @param now by PostgreSQL's clock, under the line's lock
   * @param late whether the lanes do not keep up
   */
  Admitting(Line line, Motion motion, Instant now, boolean late) {
    this.line = line;
    this.motion = motion;
    this.now = now;
    this.late = late;
    this.seconds =
        motion.movedAt == null
            ? 0
            : Math.max(0, Duration.between(motion.movedAt, now).toNanos() / 1e9);
  }

  private double rate() {
    Long fixed = line.terms().ratePerSecond();
    if (fixed != null) {
      return fixed;
    }
    double next = motion.automaticRate * Math.exp((late ? DOWN : UP) * Math.min(1, seconds));
    boolean needed = late || motion.credit < 1;
    return needed ? Math.min(FASTEST, Math.max(SLOWEST, next)) : motion.automaticRate;
  }

  private boolean isOpen() {
    return line.drop().status(now) == Drop.Status.OPEN;
  }

  /** Never more at once than the rate grants in a second; nothing is granted during a pause. */
  private double credit() {
    double rate = rate();
    return isOpen() ? Math.min(Math.max(1, rate), motion.credit + rate * seconds) : 0;
  }

  /** How many may be admitted now. */
  long room() {
    long beside = motion.units == 0 ? 0 : motion.units * 11 / 10 + SURPLUS - motion.open;
    // What comes back after a sell-out is offered once, to as many as there are units.
    long once = motion.soldOutAt == null ? beside : motion.units - motion.openSince;
    return Math.max(0, Math.min((long) credit(), Math.min(beside, once)));
  }

  /**
   * @param queue those who wait, in the order of their numbers: the first of them, or none if there
   *     is no room
   */
  Step step(List<Ticket> queue) {
    List<Ticket> admitted = new ArrayList<>();
    List<Ticket> passed = new ArrayList<>();
    long upTo = line.admittedUpTo();
    long room = room();
    for (Ticket ticket : queue) {
      Long number = ticket.number();
      if (admitted.size() >= room || number == null || isBehindTheShuffle(number)) {
        break;
      }
      (isAbsent(ticket) ? passed : admitted).add(ticket);
      upTo = Math.max(upTo, number);
    }
    Motion after =
        new Motion(
            now,
            heardSince(),
            credit() - admitted.size(),
            rate(),
            motion.soldOutAt == null && motion.units == 0 ? now : motion.soldOutAt,
            motion.open + admitted.size(),
            motion.openSince + admitted.size(),
            motion.units);
    return new Step(admitted, passed, upTo, speed(upTo - line.admittedUpTo()), after);
  }

  /** The end of an admission that begins now, in the line's own time. */
  Instant until() {
    return line.time(now).plusSeconds(line.terms().admissionSeconds());
  }

  /** Those from before the opening get their numbers from the front; later ones have theirs. */
  private boolean isBehindTheShuffle(long number) {
    return line.shuffledAt() == null && number > line.pooled();
  }

  private boolean isAbsent(Ticket ticket) {
    Instant since = now.minusSeconds(line.terms().absentAfterSeconds());
    return ticket.heardAt().isBefore(since) && heardSince().isBefore(since);
  }

  private Instant heardSince() {
    boolean gap = motion.movedAt == null || now.isAfter(motion.movedAt.plus(GAP));
    return gap || motion.heardSince == null ? now : motion.heardSince;
  }

  private double speed(long numbers) {
    return line.speed() * Math.exp(-seconds / Line.MEMORY_SECONDS) + numbers / Line.MEMORY_SECONDS;
  }
}
