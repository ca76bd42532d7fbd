package dev.firstcome.shop.line;

import static dev.firstcome.shop.line.Samples.OPENING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.shop.drop.Drop;
import dev.firstcome.shop.drop.LineTerms;
import dev.firstcome.shop.line.Admitting.Motion;
import dev.firstcome.shop.line.Admitting.Step;
import dev.firstcome.shop.line.Ticket.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One step of the cursor after the other, by whichever instance, however late. */
class AdmittingTest {

  private static final Instant NOW = OPENING.plusSeconds(100);

  private static Motion motion(double credit, @Nullable Instant soldOutAt, long open, long units) {
    return new Motion(NOW, OPENING, credit, 500, soldOutAt, open, 0, units);
  }

  private static List<Ticket> queue(long from, long to, Instant heardAt) {
    return LongStream.rangeClosed(from, to)
        .mapToObj(n -> Samples.ticket("u" + n, Status.WAITING, n, heardAt))
        .toList();
  }

  private static Step step(Line line, Motion motion, Instant now, List<Ticket> queue) {
    return new Admitting(line, motion, now, false).step(queue);
  }

  @Test
  void admitsAtTheRateHoweverOftenItSteps() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Line line = Samples.line(50L, OPENING, 5_000, 0);
      Motion motion = motion(0, null, 0, 1_000_000);
      Instant now = NOW;
      long admitted = 0;
      while (now.isBefore(NOW.plusSeconds(20))) {
        now = now.plusMillis(1 + random.nextInt(400));
        Step step = step(line, motion, now, queue(admitted + 1, 5_000, now));
        admitted += step.admitted().size();
        motion = step.motion();
        assertThat(step.admittedUpTo()).isEqualTo(step.admitted().isEmpty() ? 0 : admitted);
      }
      double seconds = Duration.between(NOW, now).toMillis() / 1000.0;
      assertThat(admitted).isBetween((long) (50 * seconds) - 2, (long) (50 * seconds) + 1);
    }
  }

  @Test
  void admitsNoMoreThanTheUnitsLeftAllow() {
    Line line = Samples.line(1_000L, OPENING, 5_000, 0);
    assertThat(step(line, motion(1_000, null, 0, 10), NOW, queue(1, 500, NOW)).admitted())
        .hasSize(21);
    assertThat(step(line, motion(1_000, null, 15, 10), NOW, queue(1, 500, NOW)).admitted())
        .hasSize(6);
    assertThat(step(line, motion(1_000, null, 0, 0), NOW, queue(1, 500, NOW)).admitted()).isEmpty();
    // After a sell-out, what came back is offered once.
    assertThat(step(line, motion(1_000, OPENING, 11, 10), NOW, queue(1, 500, NOW)).admitted())
        .hasSize(10);
  }

  @Test
  void admitsNobodyFromBehindAShuffleThatIsUnderWay() {
    Line line = Samples.shuffling(5, 8);
    List<Ticket> numbered = new ArrayList<>(queue(1, 2, NOW));
    numbered.addAll(queue(6, 8, NOW));
    Step step = step(line, motion(1_000, null, 0, 1_000), NOW, numbered);
    assertThat(step.admitted()).extracting(Ticket::number).containsExactly(1L, 2L);
    assertThat(step.admittedUpTo()).isEqualTo(2);
  }

  @Test
  void passesOverThoseWhoAreNotHeardOfAndNeverGoesBack() {
    Line line = Samples.line(1_000L, OPENING, 500, 90);
    Motion motion = motion(5, null, 0, 1_000);
    List<Ticket> queue =
        List.of(
            Samples.ticket("back", Status.WAITING, 3L, NOW),
            Samples.ticket("away", Status.WAITING, 91L, NOW.minusSeconds(31)),
            Samples.ticket("here", Status.WAITING, 92L, NOW.minusSeconds(29)));
    Step step = step(line, motion, NOW, queue);
    assertThat(step.admitted()).extracting(Ticket::userId).containsExactly("back", "here");
    assertThat(step.passed()).extracting(Ticket::userId).containsExactly("away");
    assertThat(step.admittedUpTo()).isEqualTo(92);
    assertThat(step(line, motion, NOW, queue.subList(0, 1)).admittedUpTo()).isEqualTo(90);
  }

  @Test
  void takesNobodyForAbsentAfterAGapInWhatIsKnown() {
    Line line = Samples.line(1_000L, OPENING, 500, 0);
    Motion gap = new Motion(NOW.minusSeconds(6), OPENING, 5, 500, null, 0, 0, 1_000);
    Step step = step(line, gap, NOW, queue(1, 3, OPENING));
    assertThat(step.passed()).isEmpty();
    assertThat(step.motion().heardSince()).isEqualTo(NOW);
  }

  @Test
  void itsOwnRateRisesWhileTheLanesKeepUpAndFallsFasterWhileTheyDoNot() {
    Line line = Samples.line(null, OPENING, 500_000, 0);
    Motion motion = motion(0, null, 0, 1_000_000_000);
    Motion up = new Admitting(line, motion, NOW.plusMillis(200), false).step(List.of()).motion();
    Motion down = new Admitting(line, motion, NOW.plusMillis(200), true).step(List.of()).motion();
    assertThat(up.automaticRate()).isBetween(570.0, 580.0);
    assertThat(down.automaticRate()).isBetween(365.0, 375.0);
  }

  @Test
  void pollsAreSpreadAndNeverTooRareToBeHeardOf() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      Line line = Samples.line(null, OPENING, 500_000, 0);
      Ticket ticket = Samples.ticket("u", Status.WAITING, 1 + random.nextLong(500_000), NOW);
      long poll = Standing.of(new Seen(line, ticket, NOW), random::nextDouble).pollAfter();
      assertThat(poll).isBetween(1L, 10L);
    }
  }

  @Test
  void letsNobodySleepThroughAShortTurnAtTheOpening() {
    Line line = Samples.line(1_000L, null, 0, 0);
    Drop drop = line.drop();
    LineTerms terms = new LineTerms(1_000L, 8, 300);
    Line brief =
        new Line(
            new Drop(drop.id(), drop.name(), OPENING, null, null, false, terms),
            null,
            null,
            0,
            0,
            0,
            0,
            0,
            null,
            0,
            false);
    Ticket ticket = Samples.ticket("u", Status.WAITING, null, OPENING);
    Seen seen = new Seen(brief, ticket, OPENING.minusSeconds(4));
    Random random = new Random(1);
    for (int i = 0; i < 1_000; i++) {
      long poll = Standing.of(seen, random::nextDouble).pollAfter();
      assertThat(poll).isBetween(1L, 4L + 8 / 4);
    }
  }
}
