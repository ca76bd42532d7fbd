package dev.firstcome.shop.stock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.shop.stock.Admission.Outcome;
import dev.firstcome.shop.stock.PartitionedReservation.Answer;
import dev.firstcome.shop.stock.PartitionedReservation.Question;
import dev.firstcome.shop.stock.StockRefusal.Shortage;
import io.lettuce.core.cluster.SlotHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Three partitions: products 3, 4 and 5 are each in one of their own, in this order. */
class PartitionedReservationTest {

  private static final int THREE = 3;
  private static final Partition FIRST = new Partition(0, THREE);
  private static final Partition SECOND = new Partition(1, THREE);
  private static final Partition THIRD = new Partition(2, THREE);

  private final Map<Partition, Admission> gate =
      new HashMap<>(
          Map.of(FIRST, says(Outcome.HELD), SECOND, says(Outcome.HELD), THIRD, says(Outcome.HELD)));
  private final List<List<Partition>> asked = new ArrayList<>();

  private static Admission says(Outcome word) {
    return new Admission(word, List.of(), List.of());
  }

  private static Admission isShort(long product) {
    return new Admission(Outcome.SHORT, List.of(), List.of(new Shortage(product, 2, 1)));
  }

  private static Reservation wants(long... products) {
    TreeMap<Long, Long> units = new TreeMap<>();
    for (long product : products) {
      units.put(product, 2L);
    }
    return new Reservation(UUID.randomUUID(), units);
  }

  private PartitionedReservation run(Reservation... orders) {
    PartitionedReservation rounds = new PartitionedReservation(List.of(orders), THREE);
    while (rounds.goesOn()) {
      List<Question> questions = rounds.next();
      asked.add(questions.stream().map(Question::partition).toList());
      questions.forEach(q -> new Answer(q, answers(q)).take());
    }
    return rounds;
  }

  private List<Admission> answers(Question question) {
    return question.reservations().stream()
        .map(r -> gate.getOrDefault(question.partition(), says(Outcome.NOT_LOADED)))
        .toList();
  }

  private Admission admissionOf(Reservation order) {
    return run(order).admissions().get(0);
  }

  @Test
  void asksAllPartitionsAtOnceAndThoseOfOneOrderInTheirOrder() {
    PartitionedReservation rounds = run(wants(5, 3), wants(4), wants(4, 5));
    assertThat(asked).containsExactly(List.of(FIRST, SECOND), List.of(THIRD));
    assertThat(rounds.admissions()).extracting(Admission::word).containsOnly(Outcome.HELD);
    assertThat(rounds.toRelease()).isEmpty();
  }

  @Test
  void asksNoFurtherThanToTheFirstThatHasTooLittleAndGivesBackTheRest() {
    gate.put(SECOND, isShort(4));
    Reservation refused = wants(3, 4, 5);
    Reservation served = wants(3, 5);
    PartitionedReservation rounds = run(refused, served);

    assertThat(rounds.admissions())
        .extracting(Admission::word)
        .containsExactly(Outcome.SHORT, Outcome.HELD);
    assertThat(rounds.admissions().get(0).shortages()).containsExactly(new Shortage(4, 2, 1));
    assertThat(rounds.toRelease()).isEqualTo(Map.of(FIRST, List.of(refused.orderId())));
  }

  @Test
  void leavesToTheDatabaseWhatOnePartitionHasNotLoaded() {
    gate.put(SECOND, new Admission(Outcome.NOT_LOADED, List.of(4L), List.of()));
    Admission admission = admissionOf(wants(3, 4, 5));
    assertThat(admission.word()).isEqualTo(Outcome.NOT_LOADED);
    assertThat(admission.unknown()).containsExactly(4L);
  }

  @Test
  void loadsWhatIsUnknownAlsoForAnOrderThatIsRefused() {
    gate.put(FIRST, new Admission(Outcome.NOT_LOADED, List.of(3L), List.of()));
    gate.put(SECOND, isShort(4));
    Admission admission = admissionOf(wants(3, 4));
    assertThat(admission.word()).isEqualTo(Outcome.SHORT);
    assertThat(admission.unknown()).containsExactly(3L);
  }

  /** It may be this very order, committed and not settled yet. */
  @Test
  void refusesNobodyWhoHoldsSomethingAlready() {
    gate.put(FIRST, says(Outcome.ALREADY_HELD));
    gate.put(SECOND, isShort(4));
    PartitionedReservation rounds = run(wants(3, 4));
    assertThat(rounds.admissions().get(0).word()).isEqualTo(Outcome.ALREADY_HELD);
    assertThat(rounds.toRelease()).isEmpty();
  }

  @Test
  void holdsWhatItHoldsAnewInOneOfItsPartitions() {
    gate.put(FIRST, says(Outcome.ALREADY_HELD));
    assertThat(admissionOf(wants(3, 4)).word()).isEqualTo(Outcome.HELD);
    gate.put(SECOND, says(Outcome.ALREADY_HELD));
    assertThat(admissionOf(wants(3, 4)).word()).isEqualTo(Outcome.ALREADY_HELD);
  }

  @Test
  void tellsThoseWhoHaveToKnowHowOrdersEnded() {
    Settlements endings = new Settlements(THREE);
    Reservation confirmed = wants(3, 4);
    Reservation released = wants(4, 7);
    endings.confirm(confirmed);
    endings.release(released);
    endings.forget(5);
    Map<Partition, Settlements.Ending> told = new HashMap<>();
    endings.forEach(told::put);

    List<UUID> done = List.of(confirmed.orderId());
    List<UUID> refused = List.of(released.orderId());
    assertThat(told)
        .isEqualTo(
            Map.of(
                FIRST, new Settlements.Ending(done, List.of(), List.of()),
                SECOND, new Settlements.Ending(done, refused, List.of()),
                THIRD, new Settlements.Ending(List.of(), List.of(), List.of(5L))));
  }

  @Test
  void namesItsKeysByHowManyPartitionsThereAre() {
    assertThat(new Partition(0, 1).key("held")).isEqualTo("stock:{0}:held");
    assertThat(SECOND.key("held")).isEqualTo("stock:{1/3}:held");
    assertThat(List.of("available", "held", "lines", "loading", "comparing"))
        .extracting(name -> SlotHash.getSlot(THIRD.key(name)))
        .containsOnly(SlotHash.getSlot("2/3"));
  }
}
