package dev.firstcome.refusal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusedTest {

  @ParameterizedTest
  @ValueSource(strings = {"type", "title", "status", "detail", "instance", "code", "traceId"})
  void hasNoMemberThatIsTheDocumentsOwn(String name) {
    assertThatThrownBy(() -> CommonRefusal.NOT_FOUND.refused("orderStatus", 1, name, 2))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
