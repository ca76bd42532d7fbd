package dev.firstcome.stock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.stock.Admission.Word;
import dev.firstcome.stock.Rounds.Answer;
import dev.firstcome.stock.Rounds.Question;
import dev.firstcome.stock.StockRefusal.Short;
import io.lettuce.core.cluster.SlotHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Three partitions: products 3, 4 and 5 are each in one of their own, in this order. */
class RoundsTest {

  private static final int THREE = 3;
  private static final Partition FIRST = new Partition(0, THREE);
  private static final Partition SECOND = new Partition(1, THREE);
  private static final Partition THIRD = new Partition(2, THREE);

  private final Map<Partition, Admission> gate =
      new HashMap<>(
          Map.of(FIRST, says(Word.HELD), SECOND, says(Word.HELD), THIRD, says(Word.HELD)));
  private final List<List<Partition>> asked = new ArrayList<>();

  private static Admission says(Word word) {
    return new Admission(word, List.of(), List.of());
  }

  private static Admission isShort(long product) {
    return new Admission(Word.SHORT, List.of(), List.of(new Short(product, 2, 1)));
  }

  private static Reservation wants(long... products) {
    TreeMap<Long, Long> units = new TreeMap<>();
    for (long product : products) {
      units.put(product, 2L);
    }
    return new Reservation(UUID.randomUUID(), units);
  }

  private Rounds run(Reservation... orders) {
    Rounds rounds = new Rounds(List.of(orders), THREE);
    while (rounds.goesOn()) {
      List<Question> questions = rounds.next();
      asked.add(questions.stream().map(Question::partition).toList());
      questions.forEach(q -> new Answer(q, answers(q)).take());
    }
    return rounds;
  }

  private List<Admission> answers(Question question) {
    return question.reservations().stream()
        .map(r -> gate.getOrDefault(question.partition(), says(Word.NOT_LOADED)))
        .toList();
  }

  private Admission admissionOf(Reservation order) {
    return run(order).admissions().get(0);
  }

  @Test
  void asksAllPartitionsAtOnceAndThoseOfOneOrderInTheirOrder() {
    Rounds rounds = run(wants(5, 3), wants(4), wants(4, 5));
    assertThat(asked).containsExactly(List.of(FIRST, SECOND), List.of(THIRD));
    assertThat(rounds.admissions()).extracting(Admission::word).containsOnly(Word.HELD);
    assertThat(rounds.toRelease()).isEmpty();
  }

  @Test
  void asksNoFurtherThanToTheFirstThatHasTooLittleAndGivesBackTheRest() {
    gate.put(SECOND, isShort(4));
    Reservation refused = wants(3, 4, 5);
    Reservation served = wants(3, 5);
    Rounds rounds = run(refused, served);

    assertThat(rounds.admissions())
        .extracting(Admission::word)
        .containsExactly(Word.SHORT, Word.HELD);
    assertThat(rounds.admissions().get(0).shortages()).containsExactly(new Short(4, 2, 1));
    assertThat(rounds.toRelease()).isEqualTo(Map.of(FIRST, List.of(refused.orderId())));
  }

  @Test
  void leavesToTheDatabaseWhatOnePartitionHasNotLoaded() {
    gate.put(SECOND, new Admission(Word.NOT_LOADED, List.of(4L), List.of()));
    Admission admission = admissionOf(wants(3, 4, 5));
    assertThat(admission.word()).isEqualTo(Word.NOT_LOADED);
    assertThat(admission.unknown()).containsExactly(4L);
  }

  @Test
  void loadsWhatIsUnknownAlsoForAnOrderThatIsRefused() {
    gate.put(FIRST, new Admission(Word.NOT_LOADED, List.of(3L), List.of()));
    gate.put(SECOND, isShort(4));
    Admission admission = admissionOf(wants(3, 4));
    assertThat(admission.word()).isEqualTo(Word.SHORT);
    assertThat(admission.unknown()).containsExactly(3L);
  }

  /** It may be this very order, committed and not settled yet. */
  @Test
  void refusesNobodyWhoHoldsSomethingAlready() {
    gate.put(FIRST, says(Word.ALREADY_HELD));
    gate.put(SECOND, isShort(4));
    Rounds rounds = run(wants(3, 4));
    assertThat(rounds.admissions().get(0).word()).isEqualTo(Word.ALREADY_HELD);
    assertThat(rounds.toRelease()).isEmpty();
  }

  @Test
  void holdsWhatItHoldsAnewInOneOfItsPartitions() {
    gate.put(FIRST, says(Word.ALREADY_HELD));
    assertThat(admissionOf(wants(3, 4)).word()).isEqualTo(Word.HELD);
    gate.put(SECOND, says(Word.ALREADY_HELD));
    assertThat(admissionOf(wants(3, 4)).word()).isEqualTo(Word.ALREADY_HELD);
  }

  @Test
  void tellsThoseWhoHaveToKnowHowOrdersEnded() {
    Endings endings = new Endings(THREE);
    Reservation confirmed = wants(3, 4);
    Reservation released = wants(4, 7);
    endings.confirm(confirmed);
    endings.release(released);
    endings.forget(5);
    Map<Partition, Endings.Ending> told = new HashMap<>();
    endings.forEach(told::put);

    List<UUID> done = List.of(confirmed.orderId());
    List<UUID> refused = List.of(released.orderId());
    assertThat(told)
        .isEqualTo(
            Map.of(
                FIRST, new Endings.Ending(done, List.of(), List.of()),
                SECOND, new Endings.Ending(done, refused, List.of()),
                THIRD, new Endings.Ending(List.of(), List.of(), List.of(5L))));
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
