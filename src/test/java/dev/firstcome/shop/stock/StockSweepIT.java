package dev.firstcome.shop.stock;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import dev.firstcome.engine.gate.GateSweeps;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.redis.Redis;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * Reservations of processes that died: made here by asking the gate and never telling it the end.
 */
@ShopTest
class StockSweepIT {

  @Autowired private StockSettings settings;
  @Autowired private StockScripts scripts;
  @Autowired private StockGate gate;
  @Autowired private GateSweeps sweeps;
  @Autowired private Database database;
  @Autowired private Redis redis;
  private Sql sql;
  private long product;

  @BeforeEach
  void loadAProductOfTen() {
    sql = new Sql(database);
    product = sql.product(1000, 10);
    gate.load(List.of(product)).block(SOON);
  }

  private Partition partition() {
    return Partition.of(product, settings.partitions());
  }

  private Admission reserve(UUID order, long units) {
    Reservation reservation =
        new Reservation(order, new TreeMap<>(java.util.Map.of(product, units)));
    return scripts
        .reserve(partition(), List.of(reservation))
        .blockOptional(SOON)
        .orElseThrow()
        .get(0);
  }

  private void reserveLongAgo(UUID order, long units) {
    reserve(order, units);
    redis.call(r -> r.zadd(partition().key("held"), 1.0, order.toString())).block(SOON);
  }

  private Admission.Outcome tryAll() {
    UUID probe = UUID.randomUUID();
    Admission.Outcome word = reserve(probe, 10).word();
    scripts.settle(partition(), List.of(), List.of(probe), List.of()).block(SOON);
    return word;
  }

  @Test
  void releasesWhatNoOrderTookAfterAll() {
    reserveLongAgo(UUID.randomUUID(), 4);
    assertThat(tryAll()).isEqualTo(Admission.Outcome.SHORT);
    sweeps.sweep("stock").block(SOON);

    assertThat(tryAll()).isEqualTo(Admission.Outcome.HELD);
  }

  @Test
  void confirmsWhatAnOrderTookThoughNobodyHeardOfIt() {
    UUID order = UUID.randomUUID();
    // First, because the shop's own sweep may come by at any moment.
    sql.run(
        """
        INSERT INTO orders (id, user_id, status, subtotal, discount, total, fingerprint, created_at,
                            payment_due_at)
        VALUES ($1, 'test', 'PENDING', 0, 0, 0, $1, now(), now() + interval '1 hour')
        """,
        order);
    reserveLongAgo(order, 4);
    sweeps.sweep("stock").block(SOON);

    assertThat(tryAll()).isEqualTo(Admission.Outcome.SHORT);
    assertThat(reserve(order, 4).word()).isEqualTo(Admission.Outcome.HELD);
    scripts.settle(partition(), List.of(), List.of(order), List.of()).block(SOON);
  }

  @Test
  void leavesAloneWhatMayStillBeInFlight() {
    UUID order = UUID.randomUUID();
    reserve(order, 4);
    sweeps.sweep("stock").block(SOON);

    assertThat(reserve(order, 4).word()).isEqualTo(Admission.Outcome.ALREADY_HELD);
    scripts.settle(partition(), List.of(), List.of(order), List.of()).block(SOON);
  }
}
