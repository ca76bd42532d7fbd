package dev.firstcome.shop.stock;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Sql;
import dev.firstcome.engine.gate.DriftPage;
import dev.firstcome.engine.gate.ReconciliationParts;
import dev.firstcome.engine.lane.LaneSettings;
import dev.firstcome.engine.lock.MultiLock;
import dev.firstcome.infra.jobs.Background;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.shop.stock.Admission.Outcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import reactor.core.publisher.Flux;

/** A gate in seven partitions, which nobody else asks, beside that of the shop. */
@ShopTest
@NullUnmarked
class StockPartitionsIT {

  private static final StockSettings SEVEN = new StockSettings(7);

  @Autowired StockScripts scripts;
  @Autowired StockSql repository;
  @Autowired MultiLock locks;
  @Autowired Background background;
  @Autowired LaneSettings lanes;
  @Autowired Redis redis;
  @Autowired Database database;

  private final List<Reservation> ours = new ArrayList<>();
  private final List<Long> products = new ArrayList<>();
  private StockGate gate;

  /** Ids follow each other, so these are in different partitions. */
  @BeforeEach
  void loadThreeProductsOfTen() {
    gate = new StockGate(SEVEN, scripts, repository, locks, background, new SimpleMeterRegistry());
    Sql sql = new Sql(database);
    IntStream.range(0, 3).forEach(i -> products.add(sql.product(1000, 10)));
    products.sort(null);
    assertThat(Partition.grouped(products, SEVEN.partitions())).hasSize(3);
    gate.load(products).block(SOON);
  }

  @AfterEach
  void leaveNothing() {
    gate.settle(List.of(), ours, products);
    products.forEach(p -> awaitAvailable(p, null));
  }

  private Reservation wants(Map<Long, Long> units) {
    Reservation order = new Reservation(UUID.randomUUID(), new TreeMap<>(units));
    ours.add(order);
    return order;
  }

  private Outcome reserve(Reservation order) {
    return requireNonNull(gate.reserve(List.of(order)).block(SOON)).get(0).word();
  }

  private String available(long product) {
    String key = Partition.of(product, SEVEN.partitions()).key("available");
    return redis.call(r -> r.hget(key, "" + product)).block(SOON);
  }

  private void awaitAvailable(long product, String units) {
    await().atMost(SOON).untilAsserted(() -> assertThat(available(product)).isEqualTo(units));
  }

  private long a() {
    return products.get(0);
  }

  private long b() {
    return products.get(1);
  }

  private long c() {
    return products.get(2);
  }

  @Test
  void holdsAnOrderOverSeveralPartitionsOnceUntilItEnds() {
    Reservation order = wants(Map.of(a(), 2L, b(), 3L, c(), 4L));
    assertThat(reserve(order)).isEqualTo(Outcome.HELD);
    assertThat(reserve(order)).isEqualTo(Outcome.ALREADY_HELD);
    assertThat(products).extracting(this::available).containsExactly("8", "7", "6");
    gate.settle(List.of(), List.of(order), List.of());
    products.forEach(p -> awaitAvailable(p, "10"));
  }

  @Test
  void givesBackWhatARefusedOrderHasTakenElsewhere() {
    List<Partition> inTheirOrder =
        List.copyOf(Partition.grouped(products, SEVEN.partitions()).keySet());
    for (Partition last : inTheirOrder) {
      long few = products.stream().filter(p -> Partition.of(p, 7).equals(last)).findAny().get();
      TreeMap<Long, Long> units = new TreeMap<>(Map.of(a(), 1L, b(), 1L, c(), 1L));
      units.put(few, 11L);
      assertThat(reserve(wants(units))).isEqualTo(Outcome.SHORT);
      products.forEach(p -> awaitAvailable(p, "10"));
    }
  }

  @Test
  void doesNotSellLessBecauseOrdersMeetInDifferentPartitions() {
    List<List<Reservation>> batches = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      batches.add(
          List.of(
              wants(Map.of(a(), 1L, b(), 1L, c(), 1L)), wants(Map.of(c(), 1L, b(), 1L, a(), 1L))));
    }
    Collections.shuffle(batches);
    List<Outcome> words =
        Flux.fromIterable(batches)
            .flatMap(gate::reserve, 20)
            .flatMapIterable(answers -> answers)
            .map(Admission::word)
            .collectList()
            .block(SOON);
    assertThat(words).hasSize(40).filteredOn(Outcome.HELD::equals).hasSize(10);
    assertThat(Set.copyOf(words)).containsOnly(Outcome.HELD, Outcome.SHORT);
    products.forEach(p -> awaitAvailable(p, "0"));
  }

  @Test
  void isComparedPartitionByPartition() {
    StockComparison comparison = new StockComparison(SEVEN, scripts, repository);
    String key = Partition.of(b(), SEVEN.partitions()).key("available");
    redis.call(r -> r.hincrby(key, "" + b(), 5)).block(SOON);
    List<DriftPage> looks = new ArrayList<>();
    String from = DriftPage.START;
    do {
      looks.add(comparison.look(from, 1000, Map.of()).block(SOON));
      from = looks.get(looks.size() - 1).next();
    } while (!from.equals(DriftPage.START));

    assertThat(looks).hasSize(SEVEN.partitions());
    assertThat(looks.stream().flatMap(look -> look.compared().stream()))
        .contains(
            new DriftPage.Compared(b(), 15, 10, true), new DriftPage.Compared(a(), 10, 10, false));
    assertThat(available(b())).isEqualTo("10");
    assertThat(redis.call(r -> r.ttl(key)).block(SOON))
        .as("seconds until a gate goes that nobody compares any more")
        .isBetween(86_000L, 86_400L);
  }

  @Test
  void isSweptPartitionByPartition() {
    Reservation left = wants(Map.of(a(), 2L, c(), 3L));
    for (Partition partition : Partition.grouped(left.units().keySet(), 7).keySet()) {
      TreeMap<Long, Long> part = new TreeMap<>(left.units());
      part.keySet().removeIf(p -> !Partition.of(p, 7).equals(partition));
      scripts.reserve(partition, List.of(new Reservation(left.orderId(), part))).block(SOON);
      String order = left.orderId().toString();
      redis.call(r -> r.zadd(partition.key("held"), 1.0, order)).block(SOON);
    }
    assertThat(available(c())).isEqualTo("7");
    ReconciliationParts.sweep(new StockComparison(SEVEN, scripts, repository), lanes).block(SOON);
    products.forEach(p -> awaitAvailable(p, "10"));
  }
}
