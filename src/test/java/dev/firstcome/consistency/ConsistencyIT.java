package dev.firstcome.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.Firstcome;
import dev.firstcome.consistency.ConsistencyIT.OwnTime;
import dev.firstcome.database.Database;
import dev.firstcome.dev.Cable;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.redis.Look;
import dev.firstcome.redis.Look.Compared;
import dev.firstcome.redis.Redis;
import dev.firstcome.stock.StockComparison;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestPropertySource;
import reactor.core.publisher.Mono;

/**
 * Whatever becomes of Redis, it ends with what PostgreSQL has; with the time in the test's hand.
 */
@SpringBootTest(classes = Firstcome.class, webEnvironment = WebEnvironment.RANDOM_PORT)
@ContextConfiguration(initializers = OwnStores.class)
@TestPropertySource(properties = "firstcome.consistency.interval=1h")
@Import(OwnTime.class)
@NullUnmarked
class ConsistencyIT {

  private static final Duration LIMIT = Duration.ofSeconds(40);

  /** The lanes' deadline. */
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(8);

  /** In milliseconds: what is restored expires as well. */
  private static final long DAY = 86_400_000;

  private static final long SUPPLY = 20;

  @Autowired Consistency consistency;
  @Autowired StockComparison comparison;
  @Autowired Database database;
  @Autowired Redis redis;
  @Autowired MeterRegistry meters;
  @Autowired OwnTime.ShiftedClock clock;
  @Autowired Environment environment;
  @LocalServerPort int port;

  private Sql sql;
  private Tokens tokens;
  private long product;
  private long campaign;

  @TestConfiguration(proxyBeanMethods = false)
  static class OwnTime {

    @Bean
    @Primary
    ShiftedClock shiftedClock() {
      return new ShiftedClock();
    }

    static final class ShiftedClock extends Clock {

      private volatile Duration ahead = Duration.ZERO;

      void forward(Duration by) {
        ahead = ahead.plus(by);
      }

      @Override
      public Instant instant() {
        return Instant.now().plus(ahead).truncatedTo(java.time.temporal.ChronoUnit.MICROS);
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
      }
    }
  }

  /** Three of the product sold and one of the coupons given out, and the gates know it. */
  @BeforeEach
  void openTheShop() {
    tokens = new Tokens(environment.getRequiredProperty("firstcome.security.jwt-secret"));
    sql = new Sql(database);
    redis.call(r -> r.flushdb()).block(LIMIT);
    product = sql.product(100, SUPPLY);
    campaign = sql.campaign(10);
    buy(port, 1);
    await().atMost(LIMIT).until(() -> available() != null);
    buy(port, 2);
    issue("first");
    await().atMost(LIMIT).until(() -> redis.call(r -> r.get(coupon("limit"))).block(LIMIT) != null);
    settled();
    // What was bought before the gate was loaded may have been too late for the load.
    compareAll();
    compareAll();
    assertThat(drift()).isEmpty();
  }

  private Shopper shopper(int... ports) {
    String user = UUID.randomUUID().toString();
    List<Integer> doors = java.util.Arrays.stream(ports).boxed().toList();
    return new Shopper(user, tokens.user(user), doors);
  }

  private Shopper admin(int door) {
    return new Shopper("admin", tokens.admin("admin"), List.of(door));
  }

  private Mono<Answer> buying(Shopper shopper, String key, long units) {
    String body = "{\"items\":[{\"productId\":%d,\"quantity\":%d}]}".formatted(product, units);
    return shopper.sending(HttpMethod.POST, "/orders", key, body);
  }

  private String buy(int door, long units) {
    Answer answer = buying(shopper(door), "k", units).block(LIMIT);
    assertThat(answer.outcome()).isEqualTo("201");
    return answer.body().path("id").asString();
  }

  private void supply(int door, long units) {
    String body = "{\"items\":[{\"productId\":%d,\"delta\":%d}],\"reason\":\"test\"}";
    Answer answer =
        admin(door)
            .send(HttpMethod.POST, "/admin/stock-adjustments", body.formatted(product, units));
    assertThat(answer.outcome()).isEqualTo("200");
  }

  private void issue(String user) {
    Answer answer =
        new Shopper(user, tokens.user(user), List.of(port))
            .sending(HttpMethod.POST, "/coupons/" + campaign + "/issue")
            .block(LIMIT);
    assertThat(answer.code()).isBetween(200, 201);
  }

  private String coupon(String name) {
    return "coupon:{" + campaign + "}:" + name;
  }

  private String available() {
    return redis.call(r -> r.hget("stock:{0}:available", "" + product)).block(LIMIT);
  }

  private long quantity() {
    return sql.number("SELECT quantity FROM stock WHERE product_id = $1", product);
  }

  private long sold() {
    return sql.number(
        "SELECT coalesce(sum(quantity), 0)::bigint FROM order_items WHERE product_id = $1",
        product);
  }

  private void settled() {
    for (String held : List.of("stock:{0}:held", coupon("held"))) {
      await().atMost(LIMIT).until(() -> redis.call(r -> r.zcard(held)).block(LIMIT) == 0);
    }
  }

  private void compareAll() {
    while (consistency.turn().block(LIMIT)) {}
  }

  /** What the latest comparison found of this test's. */
  private List<Compared> drift() {
    List<Compared> all = new ArrayList<>(consistency.latest().stock());
    all.addAll(consistency.latest().coupons());
    return all.stream().filter(one -> one.difference() != 0).toList();
  }

  private Map<String, byte[]> backUp() {
    Map<String, byte[]> backup = new HashMap<>();
    for (String key : redis.call(r -> r.keys("*")).block(LIMIT)) {
      backup.put(key, redis.call(r -> r.dump(key)).block(LIMIT));
    }
    return backup;
  }

  private void restore(Map<String, byte[]> backup) {
    redis.call(r -> r.flushdb()).block(LIMIT);
    backup.forEach((key, value) -> redis.call(r -> r.restore(key, DAY, value)).block(LIMIT));
  }

  /** Redis as it was before all this happened; what it was told in between is settled first. */
  private void restoreAfter(Runnable events) {
    Map<String, byte[]> backup = backUp();
    events.run();
    settled();
    restore(backup);
  }

  private void gate(long change) {
    redis.call(r -> r.hincrby("stock:{0}:available", "" + product, change)).block(LIMIT);
  }

  /** What can go wrong, and whether the gate is then too generous, too strict or neither. */
  private enum Fault {
    LOST_ADJUSTMENT(t -> t.change(7)),
    LOST_RELEASE(t -> t.gate(-4)),
    RELEASED_TWICE(t -> t.gate(4)),
    SOLD_WITHOUT_THE_GATE(t -> t.change(-7)),
    OLD_SNAPSHOT_BEFORE_SALES(t -> t.restoreAfter(() -> t.buy(t.port, 5))),
    OLD_SNAPSHOT_BEFORE_A_SUPPLY(t -> t.restoreAfter(() -> t.supply(t.port, 5))),
    OLD_SNAPSHOT_BEFORE_A_CANCELLATION(t -> t.restoreAfter(t::buyAndCancel)),
    OLD_SNAPSHOT_BEFORE_COUPONS(t -> t.restoreAfter(() -> t.issueTo("second", "third"))),
    FLUSHED(t -> t.redis.call(r -> r.flushdb()).block(LIMIT)),
    HOLDERS_EVICTED(t -> t.redis.call(r -> r.del(t.coupon("holders"))).block(LIMIT)),
    GHOSTS(t -> t.redis.call(r -> r.sadd(t.coupon("holders"), "ghost")).block(LIMIT)),
    COUPON_LIMIT_LOST(t -> t.redis.call(r -> r.del(t.coupon("limit"))).block(LIMIT));

    private final Consumer<ConsistencyIT> happens;

    Fault(Consumer<ConsistencyIT> happens) {
      this.happens = happens;
    }
  }

  /** PostgreSQL's, and nobody tells the gate. */
  private void change(long units) {
    sql.run("UPDATE stock SET quantity = quantity + $2 WHERE product_id = $1", product, units);
  }

  private void issueTo(String... users) {
    List.of(users).forEach(this::issue);
  }

  private void buyAndCancel() {
    Shopper shopper = shopper(port);
    String id = buying(shopper, "k", 4).block(LIMIT).body().path("id").asString();
    Answer cancelled = shopper.sending(HttpMethod.POST, "/orders/" + id + "/cancel").block(LIMIT);
    assertThat(cancelled.outcome()).isEqualTo("200");
    await().atMost(LIMIT).until(() -> available() == null);
  }

  @ParameterizedTest
  @EnumSource
  void endsWithWhatTheDatabaseHas(Fault fault) {
    fault.happens.accept(this);
    compareAll();
    long truth = quantity();
    if (available() != null) {
      assertThat(Long.parseLong(available())).as("not too generous").isLessThanOrEqualTo(truth);
    }
    clock.forward(LONG_ENOUGH);
    compareAll();
    // Whatever was forgotten is loaded by whoever asks for it.
    buying(shopper(port), "k", 999).block(LIMIT);
    issue("first");
    await()
        .atMost(LIMIT)
        .until(
            () ->
                available() != null
                    && redis.call(r -> r.get(coupon("limit"))).block(LIMIT) != null);
    settled();
    compareAll();
    assertThat(drift()).isEmpty();
    assertThat(available()).isEqualTo("" + truth);
    assertThat(quantity()).as("never touched").isEqualTo(truth);
    assertThat(redis.call(r -> r.scard(coupon("holders"))).block(LIMIT))
        .isEqualTo(
            sql.number("SELECT count(*) FROM issued_coupons WHERE coupon_id = $1", campaign));
  }

  /** The snapshot holds what has ended since, in both ways, and has never heard of what came. */
  @Test
  void endsWithWhatTheDatabaseHasThoughReservationsCameBackThatHadEnded() {
    String committed = UUID.randomUUID().toString();
    hold(committed, 4);
    hold(UUID.randomUUID().toString(), 3);
    redis.call(r -> r.zadd(coupon("held"), 1.0, "refused")).block(LIMIT);
    redis.call(r -> r.sadd(coupon("holders"), "refused")).block(LIMIT);
    Map<String, byte[]> backup = backUp();
    sql.run(
        """
        WITH placed AS (
          INSERT INTO orders (id, user_id, status, subtotal, discount, total, fingerprint,
                              created_at, payment_due_at)
          VALUES ($1, 'test', 'PENDING', 0, 0, 0, $1, now(), now() + interval '1 day'))
        UPDATE stock SET quantity = quantity - 4 WHERE product_id = $2
        """,
        UUID.fromString(committed),
        product);
    restore(backup);
    // Held by a time, without lines: how an eviction may leave it.
    redis.call(r -> r.zadd("stock:{0}:held", 1.0, UUID.randomUUID().toString())).block(LIMIT);
    compareAll();
    clock.forward(Duration.ofSeconds(31));
    // The sweeps come of themselves.
    settled();
    compareAll();
    assertThat(drift()).isEmpty();
    assertThat(available()).isEqualTo("" + quantity()).isEqualTo("13");
    assertThat(redis.call(r -> r.scard(coupon("holders"))).block(LIMIT)).isEqualTo(1);
  }

  /** As {@code stock_reserve} does it. */
  private void hold(String order, long units) {
    gate(-units);
    redis.call(r -> r.hset("stock:{0}:lines", order, product + " " + units)).block(LIMIT);
    redis
        .call(r -> r.zadd("stock:{0}:held", 1.0 * clock.instant().toEpochMilli(), order))
        .block(LIMIT);
  }

  @Test
  void waitsWithWhatIsTooStrictUntilNothingCanBeInFlight() {
    gate(-4);
    compareAll();
    compareAll();
    clock.forward(LONG_ENOUGH.minusSeconds(2));
    compareAll();
    assertThat(available()).isEqualTo("13");
    assertThat(drift()).containsExactly(new Compared(product, 13, 17, false));
    clock.forward(Duration.ofSeconds(2));
    compareAll();
    assertThat(available()).isEqualTo("17");
    assertThat(drift()).containsExactly(new Compared(product, 13, 17, true));
    assertThat(consistency.latest().repaired()).isEqualTo(1);
    assertThat(
            meters
                .get("firstcome.consistency.drift")
                .tags("gate", "stock", "direction", "strict")
                .gauge()
                .value())
        .isEqualTo(4);
  }

  @Test
  void showsAdministratorsTheLatestComparison() {
    gate(-4);
    compareAll();
    Answer answer = admin(port).get("/admin/consistency");
    assertThat(answer.outcome()).isEqualTo("200");
    assertThat(answer.body().path("stock").path(0).toString())
        .isEqualTo("{\"productId\":%d,\"redis\":13,\"database\":17}".formatted(product));
    assertThat(answer.body().path("coupons").toString())
        .contains("{\"couponId\":%d,\"redis\":9,\"database\":9}".formatted(campaign));
    assertThat(answer.body().path("repaired").asInt()).isZero();
    assertThat(Instant.parse(answer.body().path("checkedAt").asString()))
        .isEqualTo(consistency.latest().checkedAt());
    assertThat(meters.get("firstcome.consistency.age").gauge().value()).isBetween(0.0, 60.0);
    assertThat(shopper(port).get("/admin/consistency").outcome()).isEqualTo("403 FORBIDDEN");
  }

  private ConfigurableApplicationContext shopAtTheEndOf(Cable cable) {
    List<String> arguments = new ArrayList<>();
    for (String name :
        List.of(
            "spring.r2dbc.url",
            "spring.r2dbc.username",
            "spring.r2dbc.password",
            "firstcome.security.jwt-secret")) {
      arguments.add("--" + name + "=" + environment.getRequiredProperty(name));
    }
    URI near = URI.create(environment.getRequiredProperty("spring.data.redis.url"));
    arguments.add("--spring.data.redis.url=redis://127.0.0.1:" + cable.port() + near.getPath());
    arguments.add("--firstcome.consistency.interval=200ms");
    arguments.add("--server.port=0");
    return new SpringApplicationBuilder(Firstcome.class).run(arguments.toArray(String[]::new));
  }

  private Cable cable() {
    URI near = URI.create(environment.getRequiredProperty("spring.data.redis.url"));
    return new Cable(near.getHost(), near.getPort());
  }

  private static int portOf(ConfigurableApplicationContext shop) {
    return shop.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
  }

  /** Nobody restarts, and what the one does the other's gate does not hear of. */
  @Test
  void healsWhatAnInstanceDidThatCouldNotReachRedis() throws Exception {
    try (Cable cable = cable();
        ConfigurableApplicationContext cutOff = shopAtTheEndOf(cable)) {
      int far = portOf(cutOff);
      await()
          .atMost(LIMIT)
          .until(() -> !admin(far).get("/admin/consistency").body().path("checkedAt").isNull());
      cable.cut();
      // One way and the other: generous by 5, then strict by 5.
      buy(far, 5);
      compareAll();
      assertThat(available()).isEqualTo("12");
      supply(far, 10);
      compareAll();
      clock.forward(LONG_ENOUGH);
      compareAll();
      assertThat(available()).isEqualTo("22").isEqualTo("" + quantity());

      String checkedAt = checkedAt(far);
      await()
          .during(Duration.ofSeconds(1))
          .atMost(LIMIT)
          .until(() -> checkedAt(far).equals(checkedAt));
      cable.mend();
      await().atMost(LIMIT).until(() -> !checkedAt(far).equals(checkedAt));
      buy(port, 22);
      assertThat(sold()).isEqualTo(SUPPLY + 10);
    }
  }

  private String checkedAt(int door) {
    Answer answer = admin(door).get("/admin/consistency");
    assertThat(answer.outcome()).isEqualTo("200");
    return answer.body().path("checkedAt").asString();
  }

  /**
   * Looks all through a storm on two instances, each order sent twice, that would repair whatever
   * they take for too strict at once: they never do, so a look is exact.
   */
  @Test
  void seesNothingThatIsNotThereWhileEverybodyOrders() throws Exception {
    long looks = meters.get("firstcome.lane.batch.size").tag("lane", "order").summary().count();
    List<Compared> seen = new ArrayList<>();
    sql.run("UPDATE stock SET quantity = 300 WHERE product_id = $1", product);
    redis.call(r -> r.flushdb()).block(LIMIT);
    long before = sold();
    try (Cable cable = cable();
        ConfigurableApplicationContext second = shopAtTheEndOf(cable)) {
      List<Mono<Answer>> requests = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        Shopper shopper = shopper(port, portOf(second));
        long units = 1 + i % 2;
        requests.add(buying(shopper, "k", units));
        requests.add(buying(shopper, "k", units));
      }
      var storm =
          Mono.fromCallable(() -> Shopper.atOnce(requests))
              .subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic())
              .toFuture();
      while (!storm.isDone()) {
        Look look = comparison.look(Look.START, 500, Map.of(product, -1_000_000L)).block(LIMIT);
        seen.addAll(look.compared());
      }
      assertThat(storm.get().stream().map(Answer::outcome).collect(Collectors.toSet()))
          .isSubsetOf("201", "409 INSUFFICIENT_STOCK");
      settled();
    }
    assertThat(meters.get("firstcome.lane.batch.size").tag("lane", "order").summary().count())
        .isGreaterThan(looks);
    assertThat(seen).isNotEmpty().noneMatch(one -> one.difference() < 0);
    Look quiet = comparison.look(Look.START, 500, Map.of()).block(LIMIT);
    assertThat(quiet.compared()).noneMatch(one -> one.difference() < 0);
    assertThat(available()).isEqualTo("" + quantity());
    assertThat(quantity() + sold() - before).isEqualTo(300);
  }
}
