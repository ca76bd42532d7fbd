package dev.firstcome.shop.coupon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.shop.coupon.Discount.Type;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class DiscountTest {

  @Test
  void takesAFixedAmountOffButNeverMoreThanThereIs() {
    Discount fixed = new Discount(Type.FIXED, 5000, null);

    assertThat(fixed.of(29_000)).isEqualTo(5000);
    assertThat(fixed.of(3000)).isEqualTo(3000);
  }

  @Test
  void roundsAPercentageDownAndStopsAtItsMost() {
    Discount tenth = new Discount(Type.PERCENT, 10, 3000L);

    assertThat(tenth.of(1999)).isEqualTo(199);
    assertThat(tenth.of(1_000_000)).isEqualTo(3000);
  }

  @Property
  void staysBetweenNothingAndTheWhole(
      @ForAll @LongRange(max = 50L * 999 * 1_000_000_000) long subtotal,
      @ForAll @LongRange(min = 1, max = 100) long percent) {
    long discount = new Discount(Type.PERCENT, percent, null).of(subtotal);

    assertThat(discount).isBetween(0L, subtotal);
    assertThat(discount).isEqualTo(Math.floorDiv(Math.multiplyExact(subtotal, percent), 100));
  }
}
