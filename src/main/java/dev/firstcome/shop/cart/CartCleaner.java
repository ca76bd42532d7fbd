package dev.firstcome.shop.cart;

import static dev.firstcome.infra.postgres.Columns.uuids;

import dev.firstcome.engine.outbox.ExactlyOnce;
import dev.firstcome.engine.outbox.OutboxConsumer;
import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.infra.postgres.Session;
import java.util.List;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Takes what was ordered out of the user's cart, exactly once for each order. Every event for the
 * cart tells of an order that was made; its subject is the order.
 */
@Component
class CartCleaner implements OutboxConsumer {

  // In a fixed order, so that two cleaners and a user who empties the cart do not deadlock.
  private static final String LOCK =
      """
      SELECT c.user_id, c.product_id
      FROM cart_items c
      JOIN (SELECT DISTINCT o.user_id, i.product_id
            FROM orders o JOIN order_items i ON i.order_id = o.id
            WHERE o.id = ANY($1)) AS ordered USING (user_id, product_id)
      ORDER BY c.user_id, c.product_id FOR UPDATE OF c
      """;

  // A statement of its own, after the lock: under READ COMMITTED it then sees the quantities that
  // the previous holders of the locks have committed.
  private static final String TAKE_OUT =
      """
      WITH ordered AS (
        SELECT o.user_id, i.product_id, sum(i.quantity) AS quantity
        FROM orders o JOIN order_items i ON i.order_id = o.id
        WHERE o.id = ANY($1) GROUP BY o.user_id, i.product_id),
      gone AS (
        DELETE FROM cart_items c USING ordered o
        WHERE c.user_id = o.user_id AND c.product_id = o.product_id AND c.quantity <= o.quantity)
      UPDATE cart_items c SET quantity = c.quantity - o.quantity
      FROM ordered o
      WHERE c.user_id = o.user_id AND c.product_id = o.product_id AND c.quantity > o.quantity
      """;

  private final ExactlyOnce exactlyOnce;

  CartCleaner(ExactlyOnce exactlyOnce) {
    this.exactlyOnce = exactlyOnce;
  }

  @Override
  public Consumer consumer() {
    return Consumer.CART;
  }

  @Override
  public Mono<Round> deliver(int limit) {
    return exactlyOnce.deliver(Consumer.CART, limit, CartCleaner::takeOut);
  }

  private static Mono<Void> takeOut(Session session, List<OutboxEvent> events) {
    Object orders = uuids(events, OutboxEvent::subject);
    return session
        .list(LOCK, row -> true, orders)
        .then(Mono.defer(() -> session.update(TAKE_OUT, orders)))
        .then();
  }
}
