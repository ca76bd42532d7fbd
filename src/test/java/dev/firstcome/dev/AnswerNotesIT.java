package dev.firstcome.dev;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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

  @Test
  void takesDownEachPartOfAStreamBesideItsHead() {
    int before = OnlyDocumentedAnswers.waiting();
    http.get()
        .uri("/api/v1/products/popular/stream")
        .exchange()
        .returnResult(String.class)
        .getResponseBody()
        .blockFirst(SOON);
    await().atMost(SOON).until(() -> OnlyDocumentedAnswers.waiting() == before + 2);
  }

  private void ask(String path) {
    http.get().uri(path).exchange().expectBody().returnResult();
  }
}
