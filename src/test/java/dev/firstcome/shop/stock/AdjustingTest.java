package dev.firstcome.shop.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import dev.firstcome.shop.product.ProductRefusal;
import dev.firstcome.shop.stock.StockHandler.Line;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdjustingTest {

  @Test
  void sumsTheLinesOfAProductInTheOrderOfTheRequest() {
    var lines = List.of(new Line(7, 5), new Line(3, -2), new Line(7, -1));
    assertThat(Adjusting.decide(lines, Map.of(3L, 2L, 7L, 10L)))
        .containsExactly(Map.entry(7L, 14L), Map.entry(3L, 0L));
  }

  @Test
  void countsOnlyTheSumNotTheWayThere() {
    var lines = List.of(new Line(7, -5), new Line(7, 5));
    assertThat(Adjusting.decide(lines, Map.of(7L, 0L))).containsExactly(Map.entry(7L, 0L));
  }

  @Test
  void refusesToFallBelowZeroAndNamesEveryProductThatWould() {
    var lines = List.of(new Line(1, -5), new Line(2, 4), new Line(3, -1), new Line(1, -1));
    Refused refused = refused(lines, Map.of(1L, 5L, 2L, 0L, 3L, 0L));
    assertThat(refused.refusal()).isEqualTo(StockRefusal.INSUFFICIENT_STOCK);
    assertThat(refused.members())
        .containsEntry(
            "items",
            List.of(new StockRefusal.Shortage(1, 6, 5), new StockRefusal.Shortage(3, 1, 0)));
  }

  @Test
  void refusesToExceedTheLimitAndTellsHowMuchFits() {
    var lines = List.of(new Line(1, 10), new Line(1, Adjusting.MOST_UNITS), new Line(2, 1));
    Refused refused = refused(lines, Map.of(1L, 5L, 2L, 0L));
    assertThat(refused.refusal()).isEqualTo(CommonRefusal.INVALID_REQUEST);
    assertThat(refused.members())
        .containsEntry(
            "errors",
            List.of(
                Violation.of(
                    "items[1].delta",
                    Rule.RANGE,
                    "minimum",
                    -Adjusting.MOST_UNITS,
                    "maximum",
                    Adjusting.MOST_UNITS - 15)));
  }

  /** What came back may have lifted a level above the limit, which binds supplies only. */
  @Test
  void withdrawsFromALevelAboveTheLimit() {
    long above = Adjusting.MOST_UNITS + 5;
    assertThat(Adjusting.decide(List.of(new Line(1, -2)), Map.of(1L, above)))
        .containsEntry(1L, above - 2);
  }

  @Test
  void refusesAProductThatDoesNotExist() {
    assertThat(refused(List.of(new Line(1, 1)), Map.of()).refusal())
        .isEqualTo(ProductRefusal.PRODUCT_NOT_FOUND);
  }

  private static Refused refused(List<Line> lines, Map<Long, Long> levels) {
    return catchThrowableOfType(Refused.class, () -> Adjusting.decide(lines, levels));
  }
}
