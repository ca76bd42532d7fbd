package dev.firstcome.shop.cart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import dev.firstcome.shop.product.ProductRefusal;
import dev.firstcome.shop.stock.StockRefusal;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CartUpdateTest {

  @Test
  void hasNoReasonToRefuseWhatFits() {
    assertThat(attempt(3, 7, true, 1, true, 10).refusal()).isNull();
    assertThat(attempt(999, 0, false, 99, true, 999).refusal()).isNull();
  }

  @Test
  void refusesMoreThanALineCanHoldAndTellsHowMuchFits() {
    assertThat(refused(attempt(3, 998, true, 1, true, 9999)))
        .isEqualTo(violation("quantity", Rule.RANGE, 1, 1));
    assertThat(refused(attempt(1, 999, true, 1, true, 9999)))
        .isEqualTo(violation("quantity", Rule.RANGE, 0, 0));
  }

  @Test
  void refusesAHundredAndFirstProduct() {
    assertThat(refused(attempt(1, 0, false, 100, true, 9)))
        .isEqualTo(violation("items", Rule.SIZE, 0, 100));
    assertThat(attempt(1, 1, true, 100, true, 9).refusal()).isNull();
  }

  @Test
  void refusesWhatIsNotOnSaleBeforeItCountsTheStock() {
    Refused refused = Objects.requireNonNull(attempt(9, 0, false, 0, false, 1).refusal());
    assertThat(refused.refusal()).isEqualTo(ProductRefusal.PRODUCT_NOT_ON_SALE);
    assertThat(refused.members()).containsEntry("productId", 5L);
  }

  @Test
  void measuresTheSumAgainstTheStock() {
    Refused refused = Objects.requireNonNull(attempt(4, 7, true, 1, true, 10).refusal());
    assertThat(refused.refusal()).isEqualTo(StockRefusal.INSUFFICIENT_STOCK);
    assertThat(refused.members())
        .containsEntry("items", List.of(new StockRefusal.Shortage(5, 11, 10)));
  }

  private static CartUpdate attempt(
      long quantity, long held, boolean known, long products, boolean onSale, long stock) {
    return new CartUpdate(false, 5, quantity, held, known, products, onSale, stock);
  }

  private static Object refused(CartUpdate attempt) {
    Refused refused = Objects.requireNonNull(attempt.refusal());
    assertThat(refused.refusal()).isEqualTo(CommonRefusal.INVALID_REQUEST);
    return refused.members();
  }

  private static Object violation(String field, Rule rule, long minimum, long maximum) {
    return Violation.of(field, rule, "minimum", minimum, "maximum", maximum).refused().members();
  }
}
