package dev.firstcome.http.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refused;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.reactive.function.server.ServerRequest;

class EntityTagTest {

  private static EntityTag.Condition condition(String... ifMatch) {
    MockServerHttpRequest.BaseBuilder<?> request = MockServerHttpRequest.patch("/");
    for (String value : ifMatch) {
      request.header("If-Match", value);
    }
    return EntityTag.condition(
        ServerRequest.create(MockServerWebExchange.from(request), List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "*         | true",
        "\"7\"       | true",
        "\"6\"       | false",
        "\"6\", \"7\"  | true",
        "\"6\",\"8\"   | false",
        "W/\"7\"     | false",
        "7         | false",
        "'\"\"'      | false",
        "junk      | false",
      })
  void comparesStrongly(String ifMatch, boolean allowed) {
    assertThat(condition(ifMatch).allows(7)).isEqualTo(allowed);
  }

  @Test
  void allowsEveryVersionToWhomNamesNone() {
    condition().demand(1);
    condition("\"1\"", "\"2\"").demand(2);
    assertThatThrownBy(() -> condition("\"1\"").demand(2))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.refusal()).isEqualTo(CommonRefusal.VERSION_CHANGED));
  }
}
