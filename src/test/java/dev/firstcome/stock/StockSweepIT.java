package dev.firstcome.stock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.database.Database;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Autowired private StockSettings settings;
  @Autowired private StockScripts scripts;
  @Autowired private StockGate gate;
  @Autowired private StockSweep sweep;
  @Autowired private Database database;
  @Autowired private Clock clock;
  private Sql sql;
  private long product;

  @BeforeEach
  void loadAProductOfTen() {
    sql = new Sql(database);
    product = sql.product(1000, 10);
    gate.load(List.of(product)).block(PATIENCE);
  }

  private Partition partition() {
    return Partition.of(product, settings.partitions());
  }

  private Admission reserve(UUID order, long units, Instant when) {
    Reservation reservation =
        new Reservation(order, new TreeMap<>(java.util.Map.of(product, units)));
    return scripts
        .reserve(partition(), List.of(reservation), when)
        .blockOptional(PATIENCE)
        .orElseThrow()
        .get(0);
  }

  private Admission.Word tryAll() {
    UUID probe = UUID.randomUUID();
    Admission.Word word = reserve(probe, 10, clock.instant()).word();
    scripts.settle(partition(), List.of(), List.of(probe), List.of()).block(PATIENCE);
    return word;
  }

  @Test
  void releasesWhatNoOrderTookAfterAll() {
    reserve(UUID.randomUUID(), 4, clock.instant().minusSeconds(60));
    assertThat(tryAll()).isEqualTo(Admission.Word.SHORT);
    sweep.sweep().block(PATIENCE);

    assertThat(tryAll()).isEqualTo(Admission.Word.HELD);
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
    reserve(order, 4, clock.instant().minusSeconds(60));
    sweep.sweep().block(PATIENCE);

    assertThat(tryAll()).isEqualTo(Admission.Word.SHORT);
    assertThat(reserve(order, 4, clock.instant()).word()).isEqualTo(Admission.Word.HELD);
    scripts.settle(partition(), List.of(), List.of(order), List.of()).block(PATIENCE);
  }

  @Test
  void leavesAloneWhatMayStillBeInFlight() {
    UUID order = UUID.randomUUID();
    reserve(order, 4, clock.instant());
    sweep.sweep().block(PATIENCE);

    assertThat(reserve(order, 4, clock.instant()).word()).isEqualTo(Admission.Word.ALREADY_HELD);
    scripts.settle(partition(), List.of(), List.of(order), List.of()).block(PATIENCE);
  }
}
