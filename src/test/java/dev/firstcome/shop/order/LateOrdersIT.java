package dev.firstcome.shop.order;

import static dev.firstcome.harness.Patience.SOON;
import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OldSnapshot;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Stranger;
import dev.firstcome.engine.batch.LookBack;
import dev.firstcome.infra.postgres.Database;
import io.r2dbc.spi.ConnectionFactory;
import java.time.Duration;
import java.util.List;
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
        now() - $2::interval
      FROM generate_series(1, $1)
      """;

  private static final String PAY =
      "UPDATE orders SET status = 'PAID', payment_id = gen_random_uuid()";

  @Autowired private ConnectionFactory connections;
  @Autowired private Database database;
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
    long before = snapshot.blocks("orders");
    IntStream.range(0, looks).forEach(i -> assertThat(look()).isZero());
    return snapshot.blocks("orders") - before;
  }

  /** One look of the expiry, which takes nothing; how long what it leaves has been due. */
  private Duration look() {
    OrderSql orders = new OrderSql(snapshot.database, new RefundSql());
    Duration back = look.next();
    assertThat(
            snapshot
                .database
                .transaction(session -> orders.lockDue(session, 100, back))
                .block(SOON))
        .isEmpty();
    Duration left = orders.oldestDue(back).defaultIfEmpty(ZERO).block(SOON);
    look.left(left);
    nanos += Duration.ofSeconds(1).toNanos();
    return left;
  }

  @Test
  void looksAtNoOrderThatWasPaidLongAgo() {
    snapshot.open("orders");
    // In one transaction, so that the shop's own expiry sees none of them.
    snapshot
        .database
        .transaction(
            session ->
                session.update(LATE, PAID, "1 minute").then(Mono.defer(() -> session.update(PAY))))
        .block(SOON);
    assertThat(blocksOf(1)).isGreaterThan(PAID / 2);
    assertThat(blocksOf(10)).isLessThan(PAID / 10);
  }

  /** One that a payment or a psql has locked at its due time is passed over, and not forgotten. */
  @Test
  void looksBackAsFarAsAnOrderThatSomebodyHas() {
    assertThat(look()).isZero();
    new Sql(database).run(LATE, 1, "-2 seconds");
    String lock = "SELECT id FROM orders WHERE status = 'PENDING' FOR UPDATE";
    Stranger<Long> psql = Stranger.locks(database, lock);
    await().atMost(SOON).until(() -> look().compareTo(ZERO) > 0);
    nanos += Duration.ofSeconds(20).toNanos();
    assertThat(look()).isPositive();
    psql.goes();
    String unpaid = "SELECT status FROM orders WHERE status <> 'PAID'";
    await().atMost(SOON).until(() -> new Sql(database).column(unpaid).equals(List.of("EXPIRED")));
  }
}
