package dev.firstcome.shop.point;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PointSettingsTest {

  @Test
  void allowsBothEndsAndNothingBeyondThem() {
    PointSettings settings = new PointSettings(10, 20);
    assertThat(settings.allows(9)).isFalse();
    assertThat(settings.allows(10)).isTrue();
    assertThat(settings.allows(20)).isTrue();
    assertThat(settings.allows(21)).isFalse();
  }

  @Test
  void refusesAMinimumThatTakesPointsAway() {
    assertThatThrownBy(() -> new PointSettings(0, 20)).hasMessageContaining("minimum-charge");
  }

  @Test
  void refusesAMaximumBelowTheMinimum() {
    assertThatThrownBy(() -> new PointSettings(10, 9)).hasMessageContaining("maximum-charge");
  }

  @Test
  void refusesAMaximumThatNoBalanceCouldHold() {
    assertThatThrownBy(() -> new PointSettings(1, PointEntry.LARGEST_BALANCE + 1))
        .hasMessageContaining("1000000000");
  }
}
