package dev.firstcome.http.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptFilterTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*/*",
        "application/json",
        "application/*",
        "application/problem+json",
        "text/html, application/json;q=0.1",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "application/json;charset=utf-8",
        "text/plain;q=0, */*"
      })
  void servesWhoTakesJson(String accept) {
    assertThat(AcceptFilter.takesJson(List.of(accept))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/html",
        "application/xml",
        "application/json;q=0",
        "*/*;q=0",
        "application/json;q=0, application/problem+json;q=0, */*",
        "nonsense",
        "a/b/c"
      })
  void refusesWhoDoesNot(String accept) {
    assertThat(AcceptFilter.takesJson(List.of(accept))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*/*", "text/event-stream", "text/*", "application/json, */*;q=0.1"})
  void streamsToWhoTakesEvents(String accept) {
    assertThat(AcceptFilter.takesEvents(List.of(accept))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "text/event-stream;q=0", "nonsense"})
  void doesNotStreamToWhoDoesNot(String accept) {
    assertThat(AcceptFilter.takesEvents(List.of(accept))).isFalse();
  }

  @Test
  void servesWhoSaysNothing() {
    assertThat(AcceptFilter.takesJson(null)).isTrue();
    assertThat(AcceptFilter.takesEvents(null)).isTrue();
  }

  @Test
  void doesNotParseAHeaderOfAnyLength() {
    assertThat(AcceptFilter.takesJson(List.of("application/json,".repeat(200)))).isFalse();
  }
}
