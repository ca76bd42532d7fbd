package dev.firstcome.shop.product;

import dev.firstcome.dev.Tokens;
import java.util.Map;
import java.util.Objects;
import org.springframework.test.web.reactive.server.WebTestClient;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Puts products into the shop, for tests. */
public final class Shelf {

  /** The version is in the answer's head: a product that is read here has none. */
  private static final JsonMapper READER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES).build();

  private final WebTestClient http;
  private final String admin;

  public Shelf(WebTestClient http, Tokens tokens) {
    this.http = http;
    this.admin = tokens.admin("shelf");
  }

  /** The id of a new product that is on sale. */
  public long product(long price, long stock) {
    return create(Map.of("name", "테스트 상품 / Test product", "price", price, "stock", stock)).id();
  }

  /** Takes a product off sale. */
  public void takeOffSale(long id) {
    http.patch()
        .uri("/api/v1/admin/products/{id}", id)
        .headers(h -> h.setBearerAuth(admin))
        .bodyValue(Map.of("onSale", false))
        .exchange()
        .expectStatus()
        .isOk()
        .expectBody()
        .returnResult();
  }

  public Product find(long id) {
    return product(http.get().uri("/api/v1/products/{id}", id).exchange().expectStatus().isOk());
  }

  Product create(Map<String, ?> product) {
    return product(
        http.post()
            .uri("/api/v1/admin/products")
            .headers(h -> h.setBearerAuth(admin))
            .bodyValue(product)
            .exchange()
            .expectStatus()
            .isCreated());
  }

  private static Product product(WebTestClient.ResponseSpec answer) {
    return READER.readValue(
        Objects.requireNonNull(answer.expectBody(String.class).returnResult().getResponseBody()),
        Product.class);
  }
}
