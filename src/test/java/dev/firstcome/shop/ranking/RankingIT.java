package dev.firstcome.shop.ranking;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.engine.outbox.OutboxConsumer.Round;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.shop.ranking.BestSellers.Counted;
import dev.firstcome.shop.ranking.Ranking.Place;
import dev.firstcome.shop.ranking.SalesScripts.Units;
import dev.firstcome.shop.ranking.ShopWithItsOwnTime.HandClock;
import dev.firstcome.shop.ranking.ShopWithItsOwnTime.Till;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** From payments to the answer, on real servers, with the clock in the test's hand. */
@SpringBootTest(classes = Firstcome.class)
@ContextConfiguration(initializers = OwnStores.class)
@Import(ShopWithItsOwnTime.class)
@NullUnmarked
class RankingIT {

  private static final int PRODUCTS = 14;

  /** So few that a rebuild takes many turns. */
  private static final int CHUNK = 5;

  /** In milliseconds: what is restored expires as well. */
  private static final long DAY = 86_400_000;

  // The payments themselves, not the counts that are made of them.
  private static final String TRUTH =
      """
      SELECT i.product_id, sum(i.quantity)::bigint
      FROM payments p JOIN orders o ON o.id = p.order_id JOIN order_items i ON i.order_id = o.id
      WHERE o.status = 'PAID' AND p.paid_at >= $1
      GROUP BY i.product_id ORDER BY 2 DESC, 1 LIMIT 5
      """;

  @Autowired Database database;
  @Autowired Redis redis;
  @Autowired CircuitBreaker redisBreaker;
  @Autowired HandClock clock;
  @Autowired Till till;
  @Autowired SalesCounter counter;
  @Autowired SalesProjector projector;
  @Autowired SalesSql sales;
  @Autowired SalesScripts scripts;
  @Autowired BestSellers bestSellers;

  private final List<UUID> payments = new ArrayList<>();

  @BeforeEach
  void startEmpty() throws InterruptedException {
    till.stopEverythingElse();
    redisBreaker.reset();
    till.forgetEverything();
    till.products(PRODUCTS);
    flush();
  }

  private void flush() {
    redis.call(r -> r.flushdb()).block(SOON);
  }

  private void deliverAll() {
    while (counter.deliver(100).block(SOON).taken() > 0) {}
  }

  private void projectAll() {
    while (projector.turn(CHUNK).block(SOON)) {}
  }

  private List<Units> truth() {
    return database
        .list(
            TRUTH,
            row -> new Units(row.get(0, Long.class), row.get(1, Long.class)),
            Instant.ofEpochSecond(from() * 60))
        .block(SOON);
  }

  /** The window's first minute. */
  private long from() {
    return Math.floorDiv(clock.instant().getEpochSecond(), 60L) - Window.LENGTH.toMinutes() + 1;
  }

  /** Both within one minute, which may end at any moment. */
  private void assertAgrees(String after) {
    long began;
    List<Units> answered;
    List<Units> truth;
    do {
      began = from();
      Counted counted = answer();
      assertThat(counted.fromRedis()).as(after).isTrue();
      answered = units(counted);
      truth = truth();
    } while (from() != began);
    assertThat(answered).as(after).isEqualTo(truth);
  }

  private Counted answer() {
    return bestSellers.count().block(SOON);
  }

  private static List<Units> units(Counted counted) {
    return counted.ranking().items().stream()
        .map(place -> new Units(place.productId(), place.soldQuantity()))
        .toList();
  }

  @Test
  void answersWithRanksNamesAndPrices() {
    till.pay(clock.instant(), Map.of(3L, 2L, 5L, 2L));
    till.pay(clock.instant().minusSeconds(3600), Map.of(5L, 1L));
    deliverAll();
    projectAll();
    Counted counted = answer();
    assertThat(counted.fromRedis()).isTrue();
    assertThat(counted.ranking().items())
        .containsExactly(
            new Place(1, 5, "product 5", 500, 3), new Place(2, 3, "product 3", 300, 2));
    assertThat(Duration.between(counted.ranking().from(), counted.ranking().to()))
        .isBetween(Duration.ofHours(72).minusMinutes(1), Duration.ofHours(72).plusMinutes(1));
    till.sql("UPDATE products SET name = 'renamed', price = 1 WHERE id = 5");
    assertThat(answer().ranking().items().get(0)).isEqualTo(new Place(1, 5, "renamed", 1, 3));
  }

  @Test
  void subtractsARefundInTheMinuteOfTheSaleWhicheverIsCountedFirst() {
    UUID payment = till.pay(clock.instant().minusSeconds(60 * 100), Map.of(3L, 2L));
    till.refund(payment);
    till.sql("UPDATE outbox SET next_attempt_at = $1 WHERE type = 'payment.completed'", later());
    deliverAll();
    projectAll();
    assertThat(units(answer())).isEmpty();
    till.sql("UPDATE outbox SET next_attempt_at = now()");
    deliverAll();
    projectAll();
    assertThat(units(answer())).isEmpty();
    assertThat(
            database
                .list("SELECT units, version FROM sales", row -> row.get(0, Long.class))
                .block(SOON))
        .containsExactly(0L);
  }

  private Instant later() {
    return clock.instant().plusSeconds(300);
  }

  @Test
  void doesNotSwallowAnEventThatItDoesNotUnderstand() {
    till.pay(clock.instant(), Map.of(3L, 2L));
    till.pay(clock.instant(), Map.of(4L, 1L));
    till.sql(
        "UPDATE outbox SET subject = gen_random_uuid() WHERE id = (SELECT id FROM outbox LIMIT 1)");
    StepVerifier.create(counter.deliver(10)).expectNext(new Round(2, 1)).verifyComplete();
    till.sql("UPDATE outbox SET type = 'payment.sung', next_attempt_at = $1", clock.instant());
    StepVerifier.create(counter.deliver(10)).expectNext(new Round(1, 0)).verifyComplete();
    assertThat(
            database
                .list("SELECT last_error FROM outbox", row -> row.get(0, String.class))
                .block(SOON)
                .get(0))
        .contains("payment.sung");
  }

  @Test
  void servesFromPostgresWhileRedisIsAwayAndCatchesUpAfterwards() {
    till.pay(clock.instant(), Map.of(3L, 2L));
    deliverAll();
    projectAll();
    redisBreaker.transitionToForcedOpenState();
    till.pay(clock.instant(), Map.of(4L, 5L));
    deliverAll();
    StepVerifier.create(projector.turn(CHUNK)).verifyError();
    assertThat(projector.isFailing()).isTrue();
    assertThat(answer().fromRedis()).isFalse();
    assertThat(units(answer())).isEqualTo(truth());
    redisBreaker.reset();
    // Back, but it has not been told yet.
    assertThat(answer().fromRedis()).isFalse();
    projectAll();
    assertThat(answer().fromRedis()).isTrue();
    assertThat(units(answer())).isEqualTo(truth());
  }

  /** One list for everybody: what the oldest hour sold is in it, whoever asks. */
  @Test
  void anInstanceAnHourAheadTakesNothingOutOfTheList() {
    till.pay(clock.instant().minus(Window.LENGTH).plusSeconds(1800), Map.of(3L, 2L));
    till.pay(clock.instant(), Map.of(4L, 1L));
    deliverAll();
    projectAll();
    BestSellers ahead =
        new BestSellers(scripts, sales, projector, Clock.offset(clock, Duration.ofHours(1)));
    List<Units> both = List.of(new Units(3, 2), new Units(4, 1));
    assertThat(units(ahead.count().block(SOON))).isEqualTo(both);
    assertThat(units(answer())).isEqualTo(both);
    flush();
    assertThat(ahead.count().block(SOON).fromRedis()).isFalse();
    assertThat(units(ahead.count().block(SOON))).as("from PostgreSQL").isEqualTo(both);
  }

  @Test
  void aStormOfReadersSharesOneAnswerAlsoWhenTheFirstOfThemLeaves() {
    till.pay(clock.instant(), Map.of(3L, 2L));
    deliverAll();
    projectAll();
    bestSellers.latest().subscribe().dispose();
    Long answers =
        Flux.range(0, 2000)
            .flatMap(reader -> bestSellers.latest(), 2000)
            .distinct(System::identityHashCode)
            .count()
            .block(SOON);
    // Two if the half second is just over.
    assertThat(answers).isBetween(1L, 2L);
  }

  @Test
  void randomSalesRefundsRepetitionsAndLossesOverDaysAgreeWithPostgres() {
    long seed = Long.getLong("ranking.seed", System.nanoTime());
    System.out.println("ranking seed: " + seed);
    Random random = new Random(seed);
    List<List<Sale>> copies = new ArrayList<>();
    Map<String, byte[]> backup = new HashMap<>();
    Instant start = clock.instant();
    int compared = 0;
    for (int step = 0; step < 300; step++) {
      String did = act(random, copies, backup);
      if (random.nextInt(3) > 0) {
        deliverAll();
        projectAll();
        assertAgrees("seed %s step %s: %s".formatted(seed, step, did));
        compared++;
      }
    }
    System.out.printf(
        "ranking: %s payments, %s comparisons, %s of shop time%n",
        payments.size(), compared, Duration.between(start, clock.instant()));
    assertThat(redis.call(r -> r.keys("*")).block(SOON))
        .allSatisfy(key -> assertThat(redis.call(r -> r.ttl(key)).block(SOON)).isPositive());
  }

  private String act(Random random, List<List<Sale>> copies, Map<String, byte[]> backup) {
    int dice = random.nextInt(100);
    if (dice < 35) {
      return payments(random);
    } else if (dice < 45) {
      return refunds(random);
    } else if (dice < 55) {
      // Two relays at once, in small batches.
      Mono.when(counter.deliver(1 + random.nextInt(4)), counter.deliver(1 + random.nextInt(4)))
          .block(SOON);
      return "some delivered";
    } else if (dice < 62) {
      Mono.when(projector.turn(3), projector.turn(4)).block(SOON);
      return "some projected, by two at once";
    } else if (dice < 74) {
      return repeat(random, copies);
    } else if (dice < 78) {
      flush();
      assertThat(answer().fromRedis()).isFalse();
      // Here or further on, other things happen in the middle of the rebuild.
      for (int i = random.nextInt(4); i > 0; i--) {
        projector.turn(CHUNK).block(SOON);
      }
      return "flushed";
    } else if (dice < 83) {
      return backUpOrRestore(backup);
    } else if (dice < 98) {
      Duration by = Duration.ofSeconds(random.nextInt(6 * 3600));
      clock.forward(by);
      return "forward " + by;
    }
    clock.forward(Duration.ofHours(40 + random.nextInt(100)));
    return "a long way forward";
  }

  private String payments(Random random) {
    for (int i = random.nextInt(5); i >= 0; i--) {
      Map<Long, Long> units = new HashMap<>();
      for (int line = random.nextInt(4); line >= 0; line--) {
        units.put(1L + random.nextInt(PRODUCTS), 1L + random.nextInt(3));
      }
      payments.add(till.pay(clock.instant().minusSeconds(random.nextInt(7200)), units));
    }
    return "paid";
  }

  private String refunds(Random random) {
    for (int i = random.nextInt(3); i >= 0 && !payments.isEmpty(); i--) {
      till.refund(payments.remove(random.nextInt(payments.size())));
    }
    return "refunded";
  }

  /** A copy that was on its way for long arrives, twice, in any order; another one sets out. */
  private String repeat(Random random, List<List<Sale>> copies) {
    copies.add(
        database
            .transaction(
                session -> sales.after(session, from(), Sale.Cursor.START, 1 + random.nextInt(50)))
            .block(SOON));
    UUID token =
        database
            .list("SELECT token FROM sales_projection", row -> row.get(0, UUID.class))
            .block(SOON)
            .get(0);
    boolean whole = answer().fromRedis();
    for (int i = 0; i < 2 && whole; i++) {
      List<Sale> late = new ArrayList<>(copies.get(random.nextInt(copies.size())));
      java.util.Collections.shuffle(late, random);
      scripts.project(token, token, null, late).block(SOON);
      scripts.project(token, token, null, late).block(SOON);
    }
    return "old copies arrived";
  }

  /** Redis comes back as it was some time ago: it has lost writes that it had acknowledged. */
  private String backUpOrRestore(Map<String, byte[]> backup) {
    if (backup.isEmpty()) {
      for (String key : redis.call(r -> r.keys("*")).block(SOON)) {
        backup.put(key, redis.call(r -> r.dump(key)).block(SOON));
      }
      return "backed up";
    }
    flush();
    backup.forEach((key, value) -> redis.call(r -> r.restore(key, DAY, value)).block(SOON));
    backup.clear();
    return "restored";
  }
}
