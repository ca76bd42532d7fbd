package dev.firstcome.shop.cart;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.engine.outbox.Outbox;
import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.engine.outbox.Relay;
import dev.firstcome.infra.postgres.Database;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@ShopTest
@NullUnmarked
class CartCleanerIT {

  @Autowired Database database;
  @Autowired Outbox outbox;
  @Autowired Relay relay;
  @Autowired Carts carts;

  private final String user = "cleaned-" + UUID.randomUUID();
  private List<Long> products;

  @BeforeEach
  void fillTheCart() {
    products =
        database
            .list(
                "INSERT INTO products (name, price) SELECT 'p', 1 FROM generate_series(1, 4)"
                    + " RETURNING id",
                row -> row.get(0, Long.class))
            .block(SOON);
    for (int i = 0; i < 3; i++) {
      sql("INSERT INTO cart_items VALUES ($1, $2, $3)", user, products.get(i), 5);
    }
    sql("INSERT INTO cart_items VALUES ($1, $2, $3)", user + "2", products.get(0), 5);
  }

  private void sql(String statement, Object... arguments) {
    database.update(statement, arguments).block(SOON);
  }

  private OutboxEvent order(Map<Long, Long> units) {
    UUID id = UUID.randomUUID();
    sql(
        "INSERT INTO orders (id, user_id, status, subtotal, discount, total, fingerprint,"
            + " created_at, payment_due_at) VALUES ($1, $2, 'PENDING', 0, 0, 0, $1, now(),"
            + " now() + interval '1 h')",
        id,
        user);
    units.forEach(
        (product, quantity) ->
            sql("INSERT INTO order_items VALUES ($1, $2, 'p', 0, $3)", id, product, quantity));
    return OutboxEvent.of(Consumer.CART, "order.placed", id, Instant.now());
  }

  private Map<Long, Integer> cart(String whose) {
    return database
        .list(
            "SELECT product_id, quantity FROM cart_items WHERE user_id = $1",
            row -> Map.entry(row.get(0, Long.class), row.get(1, Integer.class)),
            whose)
        .block(SOON)
        .stream()
        .collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  @Test
  void takesWhatSeveralOrdersTookOutOfTheirUsersCart() {
    long some = products.get(0);
    long all = products.get(1);
    long untouched = products.get(2);
    long neverInIt = products.get(3);
    List<OutboxEvent> events =
        List.of(order(Map.of(some, 1L, all, 3L, neverInIt, 9L)), order(Map.of(some, 2L, all, 3L)));
    database.transaction(s -> outbox.write(s, events).thenReturn(true)).block(SOON);
    relay.wake(Consumer.CART);
    Awaitility.await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(cart(user)).isEqualTo(Map.of(some, 2, untouched, 5)));
    assertThat(cart(user + "2")).isEqualTo(Map.of(some, 5));
  }

  @Test
  void concernsTheCartsOnlyWithOrdersThatWantWhatIsInThem() {
    UUID fromCart = UUID.randomUUID();
    UUID mixed = UUID.randomUUID();
    UUID somethingElse = UUID.randomUUID();
    UUID somebodyElses = UUID.randomUUID();
    List<CartUse> uses =
        List.of(
            new CartUse(fromCart, user, products.get(0)),
            new CartUse(fromCart, user, products.get(1)),
            new CartUse(mixed, user, products.get(3)),
            new CartUse(mixed, user, products.get(2)),
            new CartUse(somethingElse, user, products.get(3)),
            new CartUse(somebodyElses, user + "2", products.get(1)));
    assertThat(database.transaction(s -> carts.ordersFromCarts(s, uses)).block(SOON))
        .containsExactlyInAnyOrder(fromCart, mixed);
  }
}
