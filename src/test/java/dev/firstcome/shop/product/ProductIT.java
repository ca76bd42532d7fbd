package dev.firstcome.shop.product;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.reactive.server.WebTestClient.ResponseSpec;

@ShopTest
class ProductIT {

  record Page(List<ProductHandler.ListedBody> items, @Nullable String nextCursor) {}

  @Autowired private WebTestClient http;
  @Autowired private Tokens tokens;
  @Autowired private Database database;

  private Shelf shelf;

  @BeforeEach
  void shelf() {
    shelf = new Shelf(http, tokens);
  }

  @Test
  void listsTheNewestFirstPageByPage() {
    long first = shelf.product(1_000, 1);
    long second = shelf.product(2_000, 2);
    long third = shelf.product(3_000, 3);

    Page page = page("?limit=2");
    assertThat(page.items())
        .extracting(ProductHandler.ListedBody::id)
        .containsExactly(third, second);
    Page next = page("?limit=1&cursor=" + page.nextCursor());
    assertThat(next.items()).extracting(ProductHandler.ListedBody::id).containsExactly(first);
    assertThat(next.items().get(0).stock()).isEqualTo(1);
    assertThat(next.items().get(0).price()).isEqualTo(1_000);
  }

  @Test
  void refusesACursorThatIsNotOurs() {
    problem(http.get().uri("/api/v1/products?cursor=abc").exchange(), 400, "INVALID_REQUEST")
        .jsonPath("$.errors[0].field")
        .isEqualTo("cursor");
  }

  @Test
  void makesTheProductItsStockAndItsFirstSupply() {
    Product made =
        shelf.create(
            Map.of(
                "name",
                "한정판 후디 / Limited hoodie",
                "description",
                "따뜻함 / warm",
                "price",
                59_000,
                "stock",
                7,
                "onSale",
                false));

    assertThat(made.name()).isEqualTo("한정판 후디 / Limited hoodie");
    assertThat(made.stock()).isEqualTo(7);
    assertThat(made.onSale()).isFalse();
    assertThat(shelf.find(made.id())).isEqualTo(made);
    assertThat(
            database
                .list(
                    "SELECT delta, reason, adjusted_by FROM stock_adjustments WHERE product_id = $1",
                    row -> List.of(row.get(0, Long.class), row.get(1), row.get(2)),
                    made.id())
                .block())
        .containsExactly(List.of(7L, "initial stock", "shelf"));
  }

  @Test
  void saysWhereTheNewProductIs() {
    http.post()
        .uri("/api/v1/admin/products")
        .headers(h -> h.setBearerAuth(tokens.admin("admin")))
        .bodyValue(Map.of("name", "머그 / Mug", "price", 0, "stock", 0))
        .exchange()
        .expectStatus()
        .isCreated()
        .expectHeader()
        .valueMatches("Location", "/api/v1/products/[0-9]+")
        .expectBody()
        .jsonPath("$.description")
        .isEqualTo("")
        .jsonPath("$.onSale")
        .isEqualTo(true);
  }

  @Test
  void namesEveryMemberOutsideItsLimits() {
    var body =
        Map.of("name", " ", "description", "x".repeat(4001), "price", -1, "stock", 1_000_000_001);
    problem(post(tokens.admin("admin"), body), 400, "INVALID_REQUEST")
        .jsonPath("$.errors[*].field")
        .isEqualTo(List.of("name", "description", "price", "stock"));
  }

  @Test
  void letsOnlyAdministratorsMakeProducts() {
    problem(
        post(tokens.user("alice"), Map.of("name", "x", "price", 1, "stock", 1)), 403, "FORBIDDEN");
  }

  @Test
  void changesWhatIsNamedAndNothingElse() {
    Product before = shelf.find(shelf.product(10_000, 5));

    patch(before.id(), Map.of("price", 9_000, "onSale", false))
        .expectStatus()
        .isOk()
        .expectBody()
        .returnResult();

    assertThat(shelf.find(before.id()))
        .isEqualTo(
            new Product(
                before.id(),
                before.name(),
                "",
                9_000,
                5,
                false,
                null,
                null,
                before.createdAt(),
                before.version()));
    patch(before.id(), Map.of("name", "새 이름", "description", "새 설명"))
        .expectStatus()
        .isOk()
        .expectBody()
        .returnResult();
    assertThat(shelf.find(before.id()))
        .isEqualTo(
            new Product(
                before.id(),
                "새 이름",
                "새 설명",
                9_000,
                5,
                false,
                null,
                null,
                before.createdAt(),
                before.version()));
  }

  @Test
  void refusesAChangeOfNothing() {
    problem(patch(shelf.product(1, 1), Map.of()), 400, "INVALID_REQUEST")
        .jsonPath("$.errors[0].field")
        .isEqualTo("")
        .jsonPath("$.errors[0].message")
        .isEqualTo("at least one member is required");
  }

  @Test
  void findsNoProductThatDoesNotExist() {
    for (String id : List.of("999999999999", "0", "-1", "abc")) {
      problem(http.get().uri("/api/v1/products/" + id).exchange(), 404, "PRODUCT_NOT_FOUND");
    }
    problem(patch(999_999_999_999L, Map.of("price", 1)), 404, "PRODUCT_NOT_FOUND");
  }

  private Page page(String query) {
    return Objects.requireNonNull(
        http.get()
            .uri("/api/v1/products" + query)
            .exchange()
            .expectStatus()
            .isOk()
            .expectBody(Page.class)
            .returnResult()
            .getResponseBody());
  }

  private ResponseSpec post(String token, Object body) {
    return http.post()
        .uri("/api/v1/admin/products")
        .headers(h -> h.setBearerAuth(token))
        .bodyValue(body)
        .exchange();
  }

  private ResponseSpec patch(long id, Object body) {
    return http.patch()
        .uri("/api/v1/admin/products/{id}", id)
        .headers(h -> h.setBearerAuth(tokens.admin("admin")))
        .bodyValue(body)
        .exchange();
  }

  private static WebTestClient.BodyContentSpec problem(
      ResponseSpec answer, int status, String code) {
    return answer.expectStatus().isEqualTo(status).expectBody().jsonPath("$.code").isEqualTo(code);
  }
}
