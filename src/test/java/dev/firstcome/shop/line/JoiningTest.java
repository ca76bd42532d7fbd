package dev.firstcome.shop.line;

import static dev.firstcome.shop.line.Samples.DROP;
import static dev.firstcome.shop.line.Samples.OPENING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.shop.line.Joining.Command;
import dev.firstcome.shop.line.Joining.Decision;
import dev.firstcome.shop.line.Joining.State;
import dev.firstcome.shop.line.Ticket.Key;
import dev.firstcome.shop.line.Ticket.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random crowds, batch after batch, before and after the opening. */
class JoiningTest {

  private static final Instant BEFORE = OPENING.minusSeconds(60);
  private static final Instant AFTER = OPENING.plusSeconds(60);

  /** What PostgreSQL would hold, and the shuffle in the middle of it. */
  private static final class World {
    private final Map<Key, Ticket> tickets = new HashMap<>();
    private Line line = Samples.line(null, null, 0, 0);

    List<Verdict<Seen>> decide(List<Command> commands, Instant now) {
      Decision decision =
          Joining.decide(commands, new State(Map.of(DROP, line), Map.copyOf(tickets), now));
      decision.tickets().forEach(ticket -> tickets.put(ticket.key(), ticket));
      decision.lines().forEach(changed -> line = changed);
      return decision.verdicts();
    }

    void shuffle() {
      long next = 1;
      for (Ticket t : List.copyOf(tickets.values())) {
        if (t.pooled() && t.number() == null) {
          tickets.put(
              t.key(),
              new Ticket(
                  DROP,
                  t.userId(),
                  t.status(),
                  next++,
                  true,
                  t.heardAt(),
                  t.passedAt(),
                  t.until()));
        }
      }
      assertThat(next - 1).isEqualTo(line.pooled());
    }
  }

  private static List<Command> crowd(Random random) {
    List<Command> commands = new ArrayList<>();
    for (int i = random.nextInt(12); i >= 0; i--) {
      commands.add(new Command(new Key(DROP, "u" + random.nextInt(20)), random.nextInt(4) == 0));
    }
    return commands;
  }

  @Test
  void givesNumbersFromOneWithoutAGapAndCountsThoseWhoWait() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      World world = new World();
      for (int i = random.nextInt(5); i > 0; i--) {
        world.decide(crowd(random), BEFORE);
      }
      assertThat(world.line.lastNumber()).isZero();
      world.decide(crowd(random), AFTER);
      world.decide(crowd(random), AFTER);
      world.shuffle();
      List<Long> given =
          new ArrayList<>(
              world.tickets.values().stream().map(Ticket::number).filter(n -> n != null).toList());
      // Those who came back at the end have left their first number behind.
      assertThat(given).doesNotHaveDuplicates();
      assertThat(given)
          .isSubsetOf(LongStream.rangeClosed(1, world.line.lastNumber()).boxed().toList());
      assertThat(world.line.waiting())
          .isEqualTo(
              world.tickets.values().stream().filter(t -> t.status() == Status.WAITING).count());
    }
  }

  @Test
  void answersTheSameTicketHoweverOftenItIsAskedFor() {
    World world = new World();
    Command join = new Command(new Key(DROP, "u"), false);
    List<Verdict<Seen>> verdicts = world.decide(List.of(join, join), AFTER);
    assertThat(number(verdicts.get(0))).isEqualTo(1);
    assertThat(((Verdict.Done<Seen>) verdicts.get(0)).replayed()).isFalse();
    assertThat(number(verdicts.get(1))).isEqualTo(1);
    assertThat(((Verdict.Done<Seen>) verdicts.get(1)).replayed()).isTrue();
    assertThat(world.line.lastNumber()).isEqualTo(1);
  }

  private static @Nullable Long number(Verdict<Seen> verdict) {
    return ((Verdict.Done<Seen>) verdict).value().ticket().number();
  }

  @Test
  void givesANewNumberToOneWhoLeftOrWhoseAdmissionIsOverOrWhoCameBackTooLate() {
    World world = new World();
    world.line = Samples.line(null, OPENING, 9, 3);
    Ticket lost = Samples.ticket("lost", Status.WAITING, 2L, OPENING);
    world.tickets.put(
        lost.key(), new Ticket(DROP, "lost", Status.WAITING, 2L, false, OPENING, OPENING, null));
    for (Ticket t :
        List.of(
            Samples.ticket("left", Status.LEFT, 1L, OPENING),
            Samples.ticket("over", Status.ADMITTED, 3L, OPENING),
            Samples.ticket("waits", Status.WAITING, 9L, OPENING))) {
      world.tickets.put(t.key(), t);
    }
    List<Command> all =
        List.of("left", "over", "lost", "waits").stream()
            .map(user -> new Command(new Key(DROP, user), false))
            .toList();
    Instant later = OPENING.plus(Duration.ofMinutes(6));
    assertThat(world.decide(all, later))
        .extracting(JoiningTest::number)
        .containsExactly(10L, 11L, 12L, 9L);
    assertThat(world.line.lastNumber()).isEqualTo(12);
  }

  /** Its own number would make it the next one, again and again, until the shuffle ends. */
  @Test
  void givesANewNumberToOneWhoseTurnCameBeforeTheShuffleEnded() {
    World world = new World();
    world.line = Samples.shuffling(5, 8);
    world.tickets.put(
        new Key(DROP, "had"),
        new Ticket(
            DROP, "had", Status.ADMITTED, 1L, true, OPENING, null, OPENING.plusSeconds(120)));
    world.tickets.put(
        new Key(DROP, "has"),
        new Ticket(DROP, "has", Status.WAITING, null, true, OPENING, null, null));
    for (String user : List.of("had", "has")) {
      Key key = new Key(DROP, user);
      world.decide(List.of(new Command(key, true), new Command(key, false)), AFTER);
    }
    Ticket had = Objects.requireNonNull(world.tickets.get(new Key(DROP, "had")));
    assertThat(had.number()).isEqualTo(9);
    assertThat(had.pooled()).isFalse();
    Ticket has = Objects.requireNonNull(world.tickets.get(new Key(DROP, "has")));
    assertThat(has.number()).isNull();
    assertThat(has.pooled()).isTrue();
  }

  /** Admission begins before the last has its number. */
  @Test
  void tellsASpeedThatCountsFromTheOpening() {
    Line at = Samples.shuffling(5, 8);
    double five = 100 * (1 - Math.exp(-5 / Line.MEMORY_SECONDS));
    Line moving = new Line(at.drop(), OPENING, null, 5, 8, 4, 4, five, null, 0, false);
    assertThat(moving.speedAt(OPENING.plusSeconds(5))).isCloseTo(100, within(0.001));
  }

  @Test
  void saysNoWhereThereIsNothingToJoinOrToLeave() {
    Command join = new Command(new Key(8, "u"), false);
    Command leave = new Command(new Key(DROP, "u"), true);
    assertThat(new World().decide(List.of(join, leave), AFTER))
        .allSatisfy(
            v ->
                assertThat(((Verdict.No<Seen>) v).because().refusal())
                    .isEqualTo(LineRefusal.TICKET_NOT_FOUND));
  }
}
