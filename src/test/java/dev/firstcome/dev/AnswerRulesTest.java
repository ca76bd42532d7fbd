package dev.firstcome.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ApiDocument.Answer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AnswerRulesTest {

  private static final Set<String> INSTANTS = ApiDocument.read().instants();

  @Test
  void knowsTheInstantsOfTheDocument() {
    assertThat(INSTANTS)
        .contains("createdAt", "serverTime", "from", "to", "paymentDueAt", "opensAt", "refundedAt");
  }

  @Test
  void wantsSixDigitsOfAnInstantAndNothingOfAName() {
    assertThat(
            faults(
                "{\"name\":\"9999-12-31T23:59:60Z\",\"createdAt\":\"2026-11-29T00:00:00.000000Z\"}"))
        .isEmpty();
    assertThat(faults("{\"createdAt\":\"2026-11-29T00:00:00Z\"}"))
        .containsExactly("not six digits and Z: \"createdAt\":\"2026-11-29T00:00:00Z\"");
  }

  private static List<String> faults(String body) {
    Answer answer =
        new Answer("GET", "/api/v1/orders", 200, Map.of("Cache-Control", "no-store"), body);
    return AnswerRules.faults(answer, INSTANTS);
  }
}
