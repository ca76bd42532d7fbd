package dev.firstcome.shop.stock;

import dev.firstcome.shop.stock.StockRefusal.Shortage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What the gate says to one order. Anything but {@code SHORT} goes on to the database.
 *
 * @param unknown the products that the gate has not loaded
 * @param shortages the products of which there is too little
 */
public record Admission(Outcome word, List<Long> unknown, List<Shortage> shortages) {

  /** The gate's words; {@code NOT_LOADED} also when it could not be asked. */
  public enum Outcome {
    HELD,
    ALREADY_HELD,
    NOT_LOADED,
    SHORT
  }

  /** For an order of which the gate was not asked. */
  public static Admission notAsked() {
    return new Admission(Outcome.NOT_LOADED, List.of(), List.of());
  }

  /**
   * A refusal, held against the database.
   *
   * @param exists whether the database has the order
   * @param units what it has of the products that are short
   */
  Admission verified(boolean exists, Map<Long, Long> units) {
    List<Shortage> lacking = new ArrayList<>();
    for (Shortage shortage : shortages) {
      long available = units.getOrDefault(shortage.productId(), 0L);
      if (!exists && available < shortage.requested()) {
        lacking.add(new Shortage(shortage.productId(), shortage.requested(), available));
      }
    }
    return lacking.isEmpty() ? notAsked() : new Admission(Outcome.SHORT, List.of(), lacking);
  }

  /** From the answer of {@code stock_reserve.lua}. */
  static Admission parse(String answer, SortedMap<Long, Long> requested) {
    String[] parts = answer.split(" ");
    Outcome word = Outcome.valueOf(parts[0]);
    List<Long> unknown = new ArrayList<>();
    List<Shortage> shortages = new ArrayList<>();
    for (int i = 1; word == Outcome.NOT_LOADED && i < parts.length; i++) {
      unknown.add(Long.valueOf(parts[i]));
    }
    for (int i = 1; word == Outcome.SHORT && i < parts.length; i += 2) {
      long product = Long.parseLong(parts[i]);
      long wanted = requested.getOrDefault(product, 0L);
      shortages.add(new Shortage(product, wanted, Long.parseLong(parts[i + 1])));
    }
    return new Admission(word, unknown, shortages);
  }
}
