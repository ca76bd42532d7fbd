package dev.firstcome.shop.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class SplitDiscountTest {

  private static OrderLine line(long product, long price, long units) {
    return new OrderLine(product, "p", price, units, null, 0, 0);
  }

  private static List<Long> parts(long discount, OrderLine... lines) {
    return OrderLine.split(List.of(lines), discount).stream().map(OrderLine::discount).toList();
  }

  @Test
  void givesTheWonThatAreLeftToTheLargestRemaindersAndTiesToTheLowerProduct() {
    // 10 of 100 each: 3.33 …; the first one left goes to the lowest product.
    assertThat(parts(10, line(1, 100, 1), line(2, 50, 2), line(3, 100, 1)))
        .containsExactly(4L, 3L, 3L);
    // 1.66, 3.33, 5: the largest remainder is the first one's.
    assertThat(parts(10, line(1, 100, 1), line(2, 200, 1), line(3, 100, 3)))
        .containsExactly(2L, 3L, 5L);
  }

  @Test
  void splitsMoreThanALongCanMultiply() {
    long price = 1_000_000_000;
    List<Long> parts = parts(1_998_000_000_000L, line(1, price, 999), line(2, price, 999));
    assertThat(parts).containsExactly(999_000_000_000L, 999_000_000_000L);
  }

  @Test
  void leavesLinesThatCostNothingWithout() {
    assertThat(parts(0, line(1, 0, 3), line(2, 0, 1))).containsExactly(0L, 0L);
    assertThat(parts(7, line(1, 0, 3), line(2, 7, 1))).containsExactly(0L, 7L);
  }

  /** Lines, and a discount that is at most what they cost. */
  record Discounted(List<OrderLine> lines, long discount) {}

  @Property
  void addsUpAndIsOffByLessThanOneWon(@ForAll("discounted") Discounted order) {
    List<OrderLine> split = OrderLine.split(order.lines, order.discount);
    double subtotal = order.lines.stream().mapToLong(OrderLine::amount).sum();
    assertThat(split.stream().mapToLong(OrderLine::discount).sum()).isEqualTo(order.discount);
    for (OrderLine line : split) {
      double exact = subtotal == 0 ? 0 : order.discount * (line.amount() / subtotal);
      assertThat(line.discount()).isBetween(0L, line.amount());
      assertThat(Math.abs(line.discount() - exact)).isLessThan(1.000001);
    }
  }

  @Property
  void equalLinesDifferByOneWonAtMostAndTheLowerProductHasMore(
      @ForAll("discounted") Discounted order) {
    List<OrderLine> split = OrderLine.split(order.lines, order.discount);
    for (int i = 0; i < split.size(); i++) {
      for (int j = i + 1; j < split.size(); j++) {
        if (split.get(i).amount() == split.get(j).amount()) {
          assertThat(split.get(i).discount() - split.get(j).discount()).isBetween(0L, 1L);
        }
      }
    }
  }

  @Provide
  Arbitrary<Discounted> discounted() {
    Arbitrary<Long> price = Arbitraries.longs().between(0, 30_000);
    Arbitrary<Long> units = Arbitraries.longs().between(1, 999);
    Arbitrary<List<OrderLine>> lines =
        Combinators.combine(price, units)
            .as((p, u) -> line(0, p, u))
            .list()
            .ofMinSize(1)
            .ofMaxSize(6)
            .map(SplitDiscountTest::numbered);
    Arbitrary<Integer> share = Arbitraries.integers().between(0, 1000);
    return Combinators.combine(lines, share)
        .as(
            (all, part) ->
                new Discounted(all, all.stream().mapToLong(OrderLine::amount).sum() * part / 1000));
  }

  private static List<OrderLine> numbered(List<OrderLine> lines) {
    List<OrderLine> numbered = new ArrayList<>();
    for (OrderLine line : lines) {
      numbered.add(line(numbered.size() + 1, line.unitPrice(), line.quantity()));
    }
    return numbered;
  }
}
