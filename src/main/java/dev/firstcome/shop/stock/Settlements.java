package dev.firstcome.shop.stock;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** How the orders of a batch ended, by the partitions that have to know. */
final class Settlements {

  private final int partitions;
  private final Map<Partition, Ending> endings = new TreeMap<>();

  Settlements(int partitions) {
    this.partitions = partitions;
  }

  /** What one partition has to know. */
  record Ending(List<UUID> confirmed, List<UUID> released, List<Long> tooGenerous) {}

  void confirm(Reservation order) {
    each(order, ending -> ending.confirmed.add(order.orderId()));
  }

  void release(Reservation order) {
    each(order, ending -> ending.released.add(order.orderId()));
  }

  void forget(long product) {
    of(Partition.of(product, partitions)).tooGenerous.add(product);
  }

  void forEach(BiConsumer<Partition, Ending> told) {
    endings.forEach(told);
  }

  private void each(Reservation order, Consumer<Ending> heard) {
    if (partitions == 1) {
      heard.accept(of(Partition.of(0, 1)));
      return;
    }
    Partition.grouped(order.units().keySet(), partitions)
        .keySet()
        .forEach(partition -> heard.accept(of(partition)));
  }

  private Ending of(Partition partition) {
    return endings.computeIfAbsent(
        partition, p -> new Ending(new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
  }
}
