package dev.firstcome.refusal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class RequestNameTest {

  @Test
  void namesTheSameRequestTheSame() {
    assertThat(RequestName.of("order", "alice", "k1"))
        .isEqualTo(RequestName.of("order", "alice", "k1"));
  }

  @Test
  void doesNotConfuseTheBordersOfItsParts() {
    assertThat(RequestName.of("ab", "c")).isNotEqualTo(RequestName.of("a", "bc"));
    assertThat(RequestName.of("a", "")).isNotEqualTo(RequestName.of("a"));
  }

  @Test
  void isAWellFormedUuidOfVersionEight() {
    UUID name = RequestName.of("order", "alice", "k1");

    assertThat(name.version()).isEqualTo(8);
    assertThat(name.variant()).isEqualTo(2);
  }
}
