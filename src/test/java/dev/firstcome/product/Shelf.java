package dev.firstcome.product;

import dev.firstcome.dev.Tokens;
import java.util.Map;
import java.util.Objects;
import org.springframework.test.web.reactive.server.WebTestClient;

/** Puts products into the shop, for tests. */
public final class Shelf {

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
    return Objects.requireNonNull(
        http.get()
            .uri("/api/v1/products/{id}", id)
            .exchange()
            .expectStatus()
            .isOk()
            .expectBody(Product.class)
            .returnResult()
            .getResponseBody());
  }

  Product create(Map<String, ?> product) {
    return Objects.requireNonNull(
        http.post()
            .uri("/api/v1/admin/products")
            .headers(h -> h.setBearerAuth(admin))
            .bodyValue(product)
            .exchange()
            .expectStatus()
            .isCreated()
            .expectBody(Product.class)
            .returnResult()
            .getResponseBody());
  }
}
