package dev.firstcome.shop.stock;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A part of the gate, whose keys live together on one node of a cluster.
 *
 * <p>How many there are is part of its name: a gate that is divided otherwise is another one, which
 * nobody has loaded yet.
 *
 * @param number from 0
 * @param of how many there are
 */
record Partition(int number, int of) implements Comparable<Partition> {

  /** All of them, in the order in which an order asks them. */
  static List<Partition> all(int of) {
    return IntStream.range(0, of).mapToObj(number -> new Partition(number, of)).toList();
  }

  static Partition of(long product, int of) {
    return new Partition(Math.floorMod(product, of), of);
  }

  /** What each partition has of the products, in the order of the partitions. */
  static Map<Partition, List<Long>> grouped(Collection<Long> products, int of) {
    Map<Partition, List<Long>> parts = new TreeMap<>();
    products.forEach(
        product -> parts.computeIfAbsent(of(product, of), p -> new ArrayList<>()).add(product));
    return parts;
  }

  /** {@code stock:{0}:held} of the only one; {@code stock:{1/3}:held} of the second of three. */
  String key(String name) {
    return "stock:{" + (of == 1 ? "0" : number + "/" + of) + "}:" + name;
  }

  @Override
  public int compareTo(Partition other) {
    return Integer.compare(number, other.number);
  }
}
