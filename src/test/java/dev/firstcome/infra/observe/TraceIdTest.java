package dev.firstcome.infra.observe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceIdTest {

  private static final String ID = "4bf92f3577b34da6a3ce929d0e0e4736";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00-" + ID + "-00f067aa0ba902b7-01",
        "00-" + ID + "-00f067aa0ba902b7-00",
        "01-" + ID + "-00f067aa0ba902b7-01-what-the-future-brings"
      })
  void takesTheTraceIdOfAValidParent(String traceparent) {
    assertThat(TraceId.from(traceparent)).isEqualTo(ID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ID,
        "ff-" + ID + "-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-" + ID + "-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-" + ID + "-00f067aa0ba902b7-01-more",
        "00-" + ID + "-00f067aa0ba902b7-0g",
        "00_" + ID + "-00f067aa0ba902b7-01"
      })
  void makesItsOwnInsteadOfAnInvalidOne(String traceparent) {
    assertThat(TraceId.from(traceparent)).matches("[0-9a-f]{32}").isNotEqualTo(ID);
  }

  @Test
  void doesNotRepeatItself() {
    assertThat(TraceId.from(null)).isNotEqualTo(TraceId.from(null));
  }
}
