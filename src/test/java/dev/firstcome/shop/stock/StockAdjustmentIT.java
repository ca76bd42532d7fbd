package dev.firstcome.shop.stock;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.shop.product.Shelf;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.reactive.server.WebTestClient.BodyContentSpec;
import org.springframework.test.web.reactive.server.WebTestClient.ResponseSpec;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@ShopTest
class StockAdjustmentIT {

  private static final String PATH = "/api/v1/admin/stock-adjustments";

  @Autowired private WebTestClient http;
  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;

  private Shelf shelf;
  private long first;
  private long second;

  @BeforeEach
  void twoProducts() {
    shelf = new Shelf(http, tokens);
    first = shelf.product(1_000, 10);
    second = shelf.product(1_000, 20);
  }

  @Test
  void adjustsAllLinesAndNotesWhoAndWhy() {
    adjust(line(second, 5), line(first, -3), line(second, 1))
        .expectStatus()
        .isOk()
        .expectBody()
        .json(
            """
            {"items":[{"productId":%s,"stock":26},{"productId":%s,"stock":7}]}"""
                .formatted(second, first));

    assertThat(shelf.find(first).stock()).isEqualTo(7);
    assertThat(shelf.find(second).stock()).isEqualTo(26);
    assertThat(notes(first)).containsExactly("10 initial stock by shelf", "-3 count by warehouse");
    assertThat(notes(second)).containsExactly("20 initial stock by shelf", "6 count by warehouse");
  }

  @Test
  void adjustsNothingWhenOneProductIsShort() {
    problem(adjust(line(second, 5), line(first, -11)), 409, "INSUFFICIENT_STOCK")
        .jsonPath("$.items")
        .isEqualTo(List.of(Map.of("productId", (int) first, "requested", 11, "available", 10)));

    assertNothingChanged();
  }

  @Test
  void adjustsNothingWhenOneProductDoesNotExist() {
    problem(adjust(line(first, 5), line(999_999_999L, 1)), 404, "PRODUCT_NOT_FOUND");

    assertNothingChanged();
  }

  @Test
  void adjustsNothingWhenOneProductWouldExceedTheLimit() {
    problem(adjust(line(first, 5), line(second, 1_000_000_000)), 400, "INVALID_REQUEST")
        .jsonPath("$.errors[0].field")
        .isEqualTo("items[1].delta");

    assertNothingChanged();
  }

  @Test
  void namesEveryMemberOutsideItsLimits() {
    problem(adjust(line(first, 0), line(second, 1_000_000_001)), 400, "INVALID_REQUEST")
        .jsonPath("$.errors[*].field")
        .isEqualTo(List.of("items[0].delta", "items[1].delta"));
    problem(adjust(), 400, "INVALID_REQUEST").jsonPath("$.errors[0].field").isEqualTo("items");
  }

  @Test
  void letsOnlyAdministratorsAdjust() {
    problem(
        http.post()
            .uri(PATH)
            .header("Idempotency-Key", UUID.randomUUID().toString())
            .headers(h -> h.setBearerAuth(tokens.user("alice")))
            .bodyValue(Map.of("items", List.of(line(first, 1)), "reason", "mine"))
            .exchange(),
        403,
        "FORBIDDEN");
  }

  @Test
  void adjustsInOppositeOrdersAtOnceWithoutADeadlock() {
    var there = List.of(line(first, 1), line(second, 1));
    var back = List.of(line(second, 1), line(first, 1));

    assertThat(atOnce(60, i -> i % 2 == 0 ? there : back)).isEqualTo(Map.of(200, 60L));

    assertThat(shelf.find(first).stock()).isEqualTo(70);
    assertThat(shelf.find(second).stock()).isEqualTo(80);
  }

  @Test
  void withdrawsNoMoreThanThereIs() {
    assertThat(atOnce(30, i -> List.of(line(first, -1)))).isEqualTo(Map.of(200, 10L, 409, 20L));

    assertThat(shelf.find(first).stock()).isZero();
    assertThat(notes(first)).hasSize(11);
  }

  private void assertNothingChanged() {
    assertThat(shelf.find(first).stock()).isEqualTo(10);
    assertThat(shelf.find(second).stock()).isEqualTo(20);
    assertThat(notes(first)).hasSize(1);
    assertThat(notes(second)).hasSize(1);
  }

  private List<String> notes(long product) {
    return Objects.requireNonNull(
        database
            .list(
                """
                SELECT format('%s %s by %s', delta, reason, adjusted_by)
                FROM stock_adjustments WHERE product_id = $1 ORDER BY id
                """,
                row -> Objects.requireNonNull(row.get(0, String.class)), product)
            .block());
  }

  private Map<Integer, Long> atOnce(int times, IntFunction<List<Map<String, Long>>> lines) {
    WebClient client = WebClient.create("http://localhost:" + port);
    String token = tokens.admin("warehouse");
    return Objects.requireNonNull(
        Flux.range(0, times)
            .flatMap(i -> status(client, token, lines.apply(i)), times)
            .collect(Collectors.groupingBy(status -> status, Collectors.counting()))
            .block(SOON));
  }

  private static Mono<Integer> status(
      WebClient client, String token, List<Map<String, Long>> lines) {
    return client
        .post()
        .uri(PATH)
        .header("Idempotency-Key", UUID.randomUUID().toString())
        .headers(h -> h.setBearerAuth(token))
        .bodyValue(Map.of("items", lines, "reason", "count"))
        .exchangeToMono(answer -> answer.releaseBody().thenReturn(answer.statusCode().value()));
  }

  @SafeVarargs
  private ResponseSpec adjust(Map<String, Long>... lines) {
    return http.post()
        .uri(PATH)
        .header("Idempotency-Key", UUID.randomUUID().toString())
        .headers(h -> h.setBearerAuth(tokens.admin("warehouse")))
        .bodyValue(Map.of("items", List.of(lines), "reason", "count"))
        .exchange();
  }

  private static Map<String, Long> line(long product, long delta) {
    return Map.of("productId", product, "delta", delta);
  }

  private static BodyContentSpec problem(ResponseSpec answer, int status, String code) {
    return answer.expectStatus().isEqualTo(status).expectBody().jsonPath("$.code").isEqualTo(code);
  }
}
