package dev.firstcome.shop.stock;

import dev.firstcome.shop.stock.Admission.Outcome;
import dev.firstcome.shop.stock.StockRefusal.Shortage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A batch at a gate of several partitions. In a round every partition is asked at once; an order
 * asks its partitions one after the other, in their order, and no further than to the first that
 * has too little.
 *
 * <p>One after the other, because two orders that took the last units of one partition each would
 * refuse each other: in one order, the order that takes the last unit of the first partition finds
 * its rivals waiting behind it. Not for several threads at once.
 */
final class PartitionedReservation {

  private final List<One> orders = new ArrayList<>();

  PartitionedReservation(List<Reservation> reservations, int partitions) {
    reservations.forEach(reservation -> orders.add(new One(reservation, partitions)));
  }

  /** The part of an order that is asked of one partition. */
  private record Part(Partition partition, Reservation reservation) {}

  /** One order, as far as it has come. */
  static final class One {
    private final UUID id;
    private final Queue<Part> ahead = new ArrayDeque<>();
    private final List<Partition> held = new ArrayList<>();
    private final List<Long> unknown = new ArrayList<>();
    private final List<Shortage> shortages = new ArrayList<>();
    private boolean heldBefore;

    private One(Reservation reservation, int partitions) {
      this.id = reservation.orderId();
      SortedMap<Partition, SortedMap<Long, Long>> parts = new TreeMap<>();
      reservation
          .units()
          .forEach(
              (product, units) ->
                  parts
                      .computeIfAbsent(Partition.of(product, partitions), p -> new TreeMap<>())
                      .put(product, units));
      parts.forEach(
          (partition, units) -> ahead.add(new Part(partition, new Reservation(id, units))));
    }

    private void hear(Partition partition, Admission answer) {
      ahead.remove();
      unknown.addAll(answer.unknown());
      shortages.addAll(answer.shortages());
      switch (answer.word()) {
        case HELD -> held.add(partition);
        case ALREADY_HELD -> heldBefore = true;
        case SHORT -> ahead.clear();
        case NOT_LOADED -> {
          // Nothing is held there, and the database decides; the others may spare it that.
        }
      }
    }

    /** What is held already may be this very order, committed: that is for the database to say. */
    private boolean isRefused() {
      return !shortages.isEmpty() && !heldBefore;
    }

    private Admission admission() {
      Outcome word =
          isRefused()
              ? Outcome.SHORT
              : !unknown.isEmpty()
                  ? Outcome.NOT_LOADED
                  // As a whole: a repetition gives back what it has taken anew.
                  : held.isEmpty() ? Outcome.ALREADY_HELD : Outcome.HELD;
      return new Admission(word, unknown, shortages);
    }
  }

  /** What a round asks of one partition: something of each of these orders. */
  record Question(Partition partition, List<One> orders) {

    List<Reservation> reservations() {
      return orders.stream().map(order -> order.ahead.element().reservation).toList();
    }
  }

  /** What was said to a question, in the order of its reservations. */
  record Answer(Question question, List<Admission> admissions) {

    void take() {
      for (int i = 0; i < admissions.size(); i++) {
        question.orders.get(i).hear(question.partition, admissions.get(i));
      }
    }
  }

  boolean goesOn() {
    return orders.stream().anyMatch(order -> !order.ahead.isEmpty());
  }

  /** The questions of the next round. */
  List<Question> next() {
    Map<Partition, List<One>> next = new TreeMap<>();
    for (One order : orders) {
      Part part = order.ahead.peek();
      if (part != null) {
        next.computeIfAbsent(part.partition, p -> new ArrayList<>()).add(order);
      }
    }
    return next.entrySet().stream().map(e -> new Question(e.getKey(), e.getValue())).toList();
  }

  List<Admission> admissions() {
    return orders.stream().map(One::admission).toList();
  }

  /** What refused orders hold elsewhere. */
  Map<Partition, Collection<UUID>> toRelease() {
    Map<Partition, Collection<UUID>> release = new TreeMap<>();
    orders.stream()
        .filter(One::isRefused)
        .forEach(
            order ->
                order.held.forEach(
                    p -> release.computeIfAbsent(p, any -> new ArrayList<>()).add(order.id)));
    return release;
  }
}
