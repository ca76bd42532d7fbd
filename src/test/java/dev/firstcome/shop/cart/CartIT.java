package dev.firstcome.shop.cart;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.shop.cart.CartHandler.CartBody;
import dev.firstcome.shop.cart.CartHandler.ItemBody;
import dev.firstcome.shop.product.Shelf;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.reactive.server.WebTestClient.BodyContentSpec;
import org.springframework.test.web.reactive.server.WebTestClient.ResponseSpec;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@ShopTest
class CartIT {

  @Autowired private WebTestClient http;
  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;

  private final String user = "cart-" + UUID.randomUUID();
  private Shelf shelf;

  @BeforeEach
  void shelf() {
    shelf = new Shelf(http, tokens);
  }

  @Test
  void addsToWhatIsThereAndShowsAmounts() {
    long hoodie = shelf.product(29_000, 50);
    long mug = shelf.product(12_000, 50);

    expect(201, add(mug, 1));
    expect(201, add(hoodie, 2));
    expect(201, add(mug, 3));

    CartBody cart = cart();
    assertThat(cart.items())
        .extracting(ItemBody::productId, ItemBody::quantity, ItemBody::amount, ItemBody::inStock)
        .containsExactly(tuple(mug, 4L, 48_000L, true), tuple(hoodie, 2L, 58_000L, true));
    assertThat(cart.total()).isEqualTo(106_000);
  }

  @Test
  void losesNoneOfFiftyAdditionsAtOnce() {
    long product = shelf.product(1_000, 500);

    assertThat(addAtOnce(product, 50)).isEqualTo(Map.of(201, 50L));

    assertThat(cart().items()).extracting(ItemBody::quantity).containsExactly(50L);
  }

  @Test
  void admitsNoMoreThanTheStockOfFiftyAdditionsAtOnce() {
    long product = shelf.product(1_000, 30);

    assertThat(addAtOnce(product, 50)).isEqualTo(Map.of(201, 30L, 409, 20L));

    assertThat(cart().items()).extracting(ItemBody::quantity).containsExactly(30L);
  }

  @Test
  void setsAQuantityWhetherOrNotTheProductIsThere() {
    long product = shelf.product(1_000, 10);

    expect(200, set(product, 7));
    expect(200, set(product, 4));

    assertThat(cart().items()).extracting(ItemBody::quantity).containsExactly(4L);
    problem(set(product, 11), 409, "INSUFFICIENT_STOCK")
        .jsonPath("$.items[0].requested")
        .isEqualTo(11);
    problem(set(product, 0), 400, "INVALID_REQUEST")
        .jsonPath("$.errors[0].field")
        .isEqualTo("quantity");
    problem(set(999_999_999L, 1), 404, "PRODUCT_NOT_FOUND");
  }

  @Test
  void measuresTheSumAgainstTheStock() {
    long product = shelf.product(1_000, 5);
    expect(201, add(product, 3));

    problem(add(product, 3), 409, "INSUFFICIENT_STOCK")
        .jsonPath("$.items[0].productId")
        .isEqualTo(product)
        .jsonPath("$.items[0].requested")
        .isEqualTo(6)
        .jsonPath("$.items[0].available")
        .isEqualTo(5);

    assertThat(cart().items()).extracting(ItemBody::quantity).containsExactly(3L);
  }

  @Test
  void refusesWhatDoesNotExistOrIsNotOnSale() {
    long product = shelf.product(1_000, 5);
    shelf.takeOffSale(product);

    problem(add(product, 1), 409, "PRODUCT_NOT_ON_SALE").jsonPath("$.productId").isEqualTo(product);
    problem(add(999_999_999L, 1), 404, "PRODUCT_NOT_FOUND");
    assertThat(cart().items()).isEmpty();
  }

  @Test
  void holdsNoMoreOfAProductThanAnOrderLine() {
    long product = shelf.product(1_000, 5_000);
    expect(201, add(product, 998));

    problem(add(product, 2), 400, "INVALID_REQUEST")
        .jsonPath("$.errors[0].field")
        .isEqualTo("quantity");
    expect(201, add(product, 1));
  }

  @Test
  void holdsAHundredProducts() {
    long last = shelf.product(1_000, 5);
    database
        .update(
            """
            WITH made AS (
              INSERT INTO products (name, price) SELECT 'many', 1 FROM generate_series(1, 100) RETURNING id),
            supplied AS (INSERT INTO stock SELECT id, 0 FROM made)
            INSERT INTO cart_items (user_id, product_id, quantity) SELECT $1, id, 1 FROM made
            """,
            user)
        .block();

    problem(add(last, 1), 400, "INVALID_REQUEST").jsonPath("$.errors[0].field").isEqualTo("items");
    long present = cart().items().get(0).productId();
    problem(add(present, 1), 409, "INSUFFICIENT_STOCK");
  }

  @Test
  void tellsWhatCouldNotBeOrderedAnyMore() {
    long product = shelf.product(1_000, 5);
    expect(201, add(product, 5));

    shelf.takeOffSale(product);

    assertThat(cart().items()).extracting(ItemBody::inStock).containsExactly(false);
  }

  @Test
  void forgetsWhatIsTakenOutAlsoWhenItWasNotThere() {
    long product = shelf.product(1_000, 5);
    expect(201, add(product, 5));

    for (String path :
        List.of("/items/" + product, "/items/" + product, "/items/999999999", "", "")) {
      send(HttpMethod.DELETE, path).exchange().expectStatus().isNoContent();
    }

    assertThat(cart().items()).isEmpty();
  }

  @Test
  void clearsOnlyTheCallersCart() {
    long product = shelf.product(1_000, 5);
    expect(201, add(product, 2));

    http.delete()
        .uri("/api/v1/cart")
        .headers(h -> h.setBearerAuth(tokens.user("somebody-else")))
        .exchange()
        .expectStatus()
        .isNoContent();

    assertThat(cart().items()).hasSize(1);
  }

  private Map<Integer, Long> addAtOnce(long product, int times) {
    WebClient client = WebClient.create("http://localhost:" + port);
    String token = tokens.user(user);
    return Objects.requireNonNull(
        Flux.range(0, times)
            .flatMap(i -> status(client, token, product), times)
            .collect(Collectors.groupingBy(status -> status, Collectors.counting()))
            .block(SOON));
  }

  private static Mono<Integer> status(WebClient client, String token, long product) {
    return client
        .post()
        .uri("/api/v1/cart/items")
        .headers(h -> h.setBearerAuth(token))
        .bodyValue(Map.of("productId", product, "quantity", 1))
        .exchangeToMono(answer -> answer.releaseBody().thenReturn(answer.statusCode().value()));
  }

  private ResponseSpec add(long productId, long quantity) {
    return send(HttpMethod.POST, "/items")
        .bodyValue(Map.of("productId", productId, "quantity", quantity))
        .exchange();
  }

  private ResponseSpec set(long productId, long quantity) {
    return send(HttpMethod.PUT, "/items/" + productId)
        .bodyValue(Map.of("quantity", quantity))
        .exchange();
  }

  private CartBody cart() {
    return Objects.requireNonNull(
        send(HttpMethod.GET, "")
            .exchange()
            .expectStatus()
            .isOk()
            .expectBody(CartBody.class)
            .returnResult()
            .getResponseBody());
  }

  private WebTestClient.RequestBodySpec send(HttpMethod method, String path) {
    return http.method(method)
        .uri("/api/v1/cart" + path)
        .headers(h -> h.setBearerAuth(tokens.user(user)));
  }

  /** Reads the body too: a buffer that nobody reads is reported as a leak. */
  private static void expect(int status, ResponseSpec answer) {
    answer.expectStatus().isEqualTo(status).expectBody().returnResult();
  }

  private static BodyContentSpec problem(ResponseSpec answer, int status, String code) {
    return answer.expectStatus().isEqualTo(status).expectBody().jsonPath("$.code").isEqualTo(code);
  }
}
