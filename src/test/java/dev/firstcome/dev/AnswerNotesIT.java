package dev.firstcome.dev;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.reactive.server.WebTestClient;

/** Notes that nobody takes would hold nothing against the document. */
@ShopTest
class AnswerNotesIT {

  @Autowired private WebTestClient http;

  @Test
  void takesDownAnswersAndRefusals() {
    int before = OnlyDocumentedAnswers.waiting();
    ask("/api/v1/products");
    ask("/api/v1/orders");
    ask("/api/v1/nowhere");
    ask("/docs");
    assertThat(OnlyDocumentedAnswers.waiting()).isEqualTo(before + 3);
  }

  private void ask(String path) {
    http.get().uri(path).exchange().expectBody().returnResult();
  }
}
