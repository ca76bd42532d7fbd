package dev.firstcome.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ApiDocument.Answer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AnswerRulesTest {

  private static final ApiDocument DOCUMENT = ApiDocument.read();
  private static final Set<String> INSTANTS = DOCUMENT.instants();

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

  @Test
  void knowsAListByWhatServesIt() {
    assertThat(kept("/api/v1/products;/popular")).isEmpty();
    assertThat(kept("/api/v1/%70roducts")).isEmpty();
    assertThat(kept("/api/v1/points")).containsExactly("Cache-Control max-age=1, not no-store");
  }

  private static List<String> faults(String body) {
    return faults("/api/v1/orders", "no-store", body);
  }

  private static List<String> kept(String path) {
    return faults(path, "max-age=1", "{}");
  }

  private static List<String> faults(String path, String cacheControl, String body) {
    Answer answer = new Answer("GET", path, 200, Map.of("Cache-Control", cacheControl), body);
    return AnswerRules.faults(answer, DOCUMENT.pathOf(path), INSTANTS);
  }
}
