package dev.firstcome.shop.stock;

import static dev.firstcome.shop.product.ProductRefusal.PRODUCT_NOT_FOUND;
import static dev.firstcome.shop.stock.StockRefusal.INSUFFICIENT_STOCK;

import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import dev.firstcome.shop.stock.StockHandler.Line;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Decides an adjustment of several products at once: all of its lines or none. */
final class Adjusting {

  /** Up to how many units of a product may be supplied. What comes back may exceed it. */
  static final long MOST_UNITS = 1_000_000_000;

  private Adjusting() {}

  /** What the lines change of each product, in the order in which the products first appear. */
  static Map<Long, Long> deltas(List<Line> lines) {
    Map<Long, Long> deltas = new LinkedHashMap<>();
    lines.forEach(line -> deltas.merge(line.productId(), line.delta(), Long::sum));
    return deltas;
  }

  /**
   * The levels afterwards, in the order of the deltas.
   *
   * @param levels units of each product now; a product that is missing does not exist
   * @throws Refused {@code PRODUCT_NOT_FOUND}, {@code INSUFFICIENT_STOCK} naming every product that
   *     would fall below 0, or {@code INVALID_REQUEST} naming the last line of every product that
   *     would exceed the limit
   */
  static Map<Long, Long> decide(List<Line> lines, Map<Long, Long> levels) {
    Map<Long, Long> after = new LinkedHashMap<>();
    List<StockRefusal.Shortage> tooFew = new ArrayList<>();
    List<Violation> tooMany = new ArrayList<>();
    deltas(lines)
        .forEach(
            (product, delta) -> {
              Long now = levels.get(product);
              if (now == null) {
                throw PRODUCT_NOT_FOUND.refused();
              }
              long then = now + delta;
              if (then < 0) {
                tooFew.add(new StockRefusal.Shortage(product, -delta, now));
              } else if (delta > 0 && then > MOST_UNITS) {
                tooMany.add(exceeds(lines, product, now, delta));
              }
              after.put(product, then);
            });
    if (!tooMany.isEmpty()) {
      throw Violation.refused(tooMany);
    }
    if (!tooFew.isEmpty()) {
      throw INSUFFICIENT_STOCK.refused("items", List.copyOf(tooFew));
    }
    return after;
  }

  /** The last line takes the blame: the most that it may add, given the lines before it. */
  private static Violation exceeds(List<Line> lines, long product, long now, long delta) {
    int last = lines.size() - 1;
    while (lines.get(last).productId() != product) {
      last--;
    }
    long most = Math.max(0, MOST_UNITS - now) - (delta - lines.get(last).delta());
    return Violation.of(
        "items[" + last + "].delta", Rule.RANGE, "minimum", -MOST_UNITS, "maximum", most);
  }
}
