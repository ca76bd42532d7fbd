package dev.firstcome.dev;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firstcome.http.json.Violations;
import dev.firstcome.refusal.Refused;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TokenRouteTest {

  @Test
  void takesEveryUserIdThatTheContractAllows() {
    assertThatCode(() -> validate("a", null)).doesNotThrowAnyException();
    assertThatCode(() -> validate("!~".repeat(32), List.of())).doesNotThrowAnyException();
    assertThatCode(() -> validate("alice", List.of("admin", "a:b"))).doesNotThrowAnyException();
  }

  @Test
  void refusesEveryOtherUserId() {
    for (String wrong : List.of("", " ", "a b", "a\n", "김", "a".repeat(65))) {
      assertThatThrownBy(() -> validate(wrong, null)).isInstanceOf(Refused.class);
    }
  }

  @Test
  void refusesAScopeThatWouldBeReadAsTwoAndTooMany() {
    assertThatThrownBy(() -> validate("a", List.of("user admin"))).isInstanceOf(Refused.class);
    assertThatThrownBy(() -> validate("a", List.of(""))).isInstanceOf(Refused.class);
    assertThatThrownBy(() -> validate("a", Collections.nCopies(17, "x")))
        .isInstanceOf(Refused.class);
  }

  private static void validate(String userId, @Nullable List<String> scopes) {
    Violations checks = Violations.start();
    new TokenRoute.Ask(userId, scopes).validate(checks);
    checks.done();
  }
}
