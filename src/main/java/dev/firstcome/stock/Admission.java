package dev.firstcome.stock;

import dev.firstcome.stock.StockRefusal.Short;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * What the gate says to one order. Anything but {@code SHORT} goes on to the database.
 *
 * @param unknown the products that the gate has not loaded
 * @param shortages the products of which there is too little
 */
public record Admission(Word word, List<Long> unknown, List<Short> shortages) {

  /** The gate's words; {@code NOT_LOADED} also when it could not be asked. */
  public enum Word {
    HELD,
    ALREADY_HELD,
    NOT_LOADED,
    SHORT
  }

  static Admission notAsked() {
    return new Admission(Word.NOT_LOADED, List.of(), List.of());
  }

  /** From the answer of {@code stock_reserve.lua}. */
  static Admission parse(String answer, SortedMap<Long, Long> requested) {
    String[] parts = answer.split(" ");
    Word word = Word.valueOf(parts[0]);
    List<Long> unknown = new ArrayList<>();
    List<Short> shortages = new ArrayList<>();
    for (int i = 1; word == Word.NOT_LOADED && i < parts.length; i++) {
      unknown.add(Long.valueOf(parts[i]));
    }
    for (int i = 1; word == Word.SHORT && i < parts.length; i += 2) {
      long product = Long.parseLong(parts[i]);
      long wanted = requested.getOrDefault(product, 0L);
      shortages.add(new Short(product, wanted, Long.parseLong(parts[i + 1])));
    }
    return new Admission(word, unknown, shortages);
  }
}
