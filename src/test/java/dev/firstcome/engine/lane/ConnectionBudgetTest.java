package dev.firstcome.engine.lane;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ConnectionBudgetTest {

  @Test
  void leavesConnectionsForReads() {
    assertThatCode(() -> ConnectionBudget.check(32, 12, 11, 3)).doesNotThrowAnyException();
    assertThatThrownBy(() -> ConnectionBudget.check(32, 13, 11, 3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("spring.r2dbc.pool.max-size is 32")
        .hasMessageContaining("need 33");
  }
}
