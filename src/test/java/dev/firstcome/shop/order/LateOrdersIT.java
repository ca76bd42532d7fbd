package dev.firstcome.shop.order;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OldSnapshot;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.engine.batch.LookBack;
import io.r2dbc.spi.ConnectionFactory;
import java.time.Duration;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.ContextConfiguration;
import reactor.core.publisher.Mono;

/** What it costs to look for unpaid orders while a snapshot keeps the entries of the paid ones. */
@SpringBootTest(classes = Firstcome.class)
@ContextConfiguration(initializers = OwnStores.class)
@NullUnmarked
class LateOrdersIT {

  private static final int PAID = 20_000;

  private static final String LATE =
      """
      INSERT INTO orders (id, user_id, status, subtotal, discount, total, fingerprint, created_at,
        payment_due_at)
      SELECT gen_random_uuid(), 'u', 'PENDING', 0, 0, 0, gen_random_uuid(), now(),
        now() - interval '1 minute'
      FROM generate_series(1, $1)
      """;

  private static final String PAY =
      "UPDATE orders SET status = 'PAID', payment_id = gen_random_uuid()";

  @Autowired private ConnectionFactory connections;
  private OldSnapshot snapshot;
  private long nanos;
  private final LookBack look = new LookBack(() -> nanos);

  @BeforeEach
  void open() {
    snapshot = new OldSnapshot(connections);
  }

  @AfterEach
  void close() {
    snapshot.close();
  }

  private long blocksOf(int looks) {
    OrderSql orders = new OrderSql(snapshot.database, new RefundSql());
    long before = snapshot.blocks("orders");
    IntStream.range(0, looks)
        .forEach(
            i -> {
              assertThat(
                      snapshot
                          .database
                          .transaction(session -> orders.lockDue(session, 100, look.next()))
                          .block(SOON))
                  .isEmpty();
              look.done(true);
              nanos += Duration.ofSeconds(1).toNanos();
            });
    return snapshot.blocks("orders") - before;
  }

  @Test
  void looksAtNoOrderThatWasPaidLongAgo() {
    snapshot.open("orders");
    // In one transaction, so that the shop's own expiry sees none of them.
    snapshot
        .database
        .transaction(
            session -> session.update(LATE, PAID).then(Mono.defer(() -> session.update(PAY))))
        .block(SOON);
    assertThat(blocksOf(1)).isGreaterThan(PAID / 2);
    assertThat(blocksOf(10)).isLessThan(PAID / 10);
  }
}
