package dev.firstcome.shop.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.engine.gate.DriftPage.Compared;
import dev.firstcome.engine.gate.Reconciliation;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.shop.desk.ComparedShop.OwnTime;
import dev.firstcome.shop.stock.StockComparison;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestPropertySource;
import reactor.core.publisher.Mono;

/**
 * A shop that compares only when a test says so, whose time the test moves on; and its customers.
 */
@SpringBootTest(classes = Firstcome.class, webEnvironment = WebEnvironment.RANDOM_PORT)
@ContextConfiguration(initializers = OwnStores.class)
@TestPropertySource(
    properties = {
      "firstcome.consistency.interval=1h",
      ComparedShop.A_SLOW_MACHINE_IS_NO_OUTAGE,
      ComparedShop.A_LEASE_OUTLASTS_IT,
      ComparedShop.AND_PATIENCE_THE_LEASE
    })
@Import(OwnTime.class)
@NullUnmarked
abstract class ComparedShop {

  static final String A_SLOW_MACHINE_IS_NO_OUTAGE = "spring.data.redis.timeout=3s";
  static final String A_LEASE_OUTLASTS_IT = "firstcome.locks.lease=10s";
  static final String AND_PATIENCE_THE_LEASE = "firstcome.locks.patience=15s";

  static final Duration LIMIT = Duration.ofSeconds(40);

  /** After it nothing is under way: as the lanes' settings say. */
  static final Duration LONG_ENOUGH = Duration.ofMillis(3500).multipliedBy(4);

  static final long SUPPLY = 20;

  @Autowired Reconciliation consistency;
  @Autowired StockComparison comparison;
  @Autowired Database database;
  @Autowired Redis redis;
  @Autowired MeterRegistry meters;
  @Autowired OwnTime.ShiftedClock clock;
  @Autowired Environment environment;
  @LocalServerPort int port;

  Sql sql;
  Tokens tokens;
  long product;
  long campaign;

  @TestConfiguration(proxyBeanMethods = false)
  static class OwnTime {

    @Bean
    @Primary
    ShiftedClock shiftedClock() {
      return new ShiftedClock();
    }

    @Bean
    @Primary
    LongSupplier shiftedNanos(ShiftedClock clock) {
      return () -> System.nanoTime() + clock.ahead.toNanos();
    }

    static final class ShiftedClock extends Clock {

      private volatile Duration ahead = Duration.ZERO;

      /** Two instances whose clocks differ by more than a sweep's patience are not tested here. */
      void reset() {
        ahead = Duration.ZERO;
      }

      void forward(Duration by) {
        ahead = ahead.plus(by);
      }

      @Override
      public Instant instant() {
        return Instant.now().plus(ahead).truncatedTo(ChronoUnit.MICROS);
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
    clock.reset();
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

  Shopper shopper(int... ports) {
    String user = UUID.randomUUID().toString();
    List<Integer> doors = Arrays.stream(ports).boxed().toList();
    return new Shopper(user, tokens.user(user), doors);
  }

  Shopper admin(int door) {
    return new Shopper("admin", tokens.admin("admin"), List.of(door));
  }

  Mono<Answer> buying(Shopper shopper, String key, long units) {
    String body = "{\"items\":[{\"productId\":%s,\"quantity\":%s}]}".formatted(product, units);
    return shopper.sending(HttpMethod.POST, "/orders", key, body);
  }

  String buy(int door, long units) {
    Answer answer = buying(shopper(door), "k", units).block(LIMIT);
    assertThat(answer.outcome()).isEqualTo("201");
    return answer.body().path("id").asString();
  }

  void supply(int door, long units) {
    String body = "{\"items\":[{\"productId\":%s,\"delta\":%s}],\"reason\":\"test\"}";
    Answer answer =
        admin(door)
            .send(
                HttpMethod.POST,
                "/admin/stock-adjustments",
                UUID.randomUUID().toString(),
                body.formatted(product, units));
    assertThat(answer.outcome()).isEqualTo("200");
  }

  void issue(String user) {
    Answer answer =
        new Shopper(user, tokens.user(user), List.of(port))
            .sending(HttpMethod.POST, "/coupons/" + campaign + "/issue")
            .block(LIMIT);
    assertThat(answer.code()).isBetween(200, 201);
  }

  String coupon(String name) {
    return "coupon:{" + campaign + "}:" + name;
  }

  String available() {
    return redis.call(r -> r.hget("stock:{0}:available", "" + product)).block(LIMIT);
  }

  long quantity() {
    return sql.number("SELECT quantity FROM stock WHERE product_id = $1", product);
  }

  long sold() {
    return sql.number(
        "SELECT coalesce(sum(quantity), 0)::bigint FROM order_items WHERE product_id = $1",
        product);
  }

  void settled() {
    for (String held : List.of("stock:{0}:held", coupon("held"))) {
      await().atMost(LIMIT).until(() -> redis.call(r -> r.zcard(held)).block(LIMIT) == 0);
    }
  }

  void compareAll() {
    while (consistency.turn().block(LIMIT)) {}
  }

  /** What the latest comparison found of this test's. */
  List<Compared> drift() {
    List<Compared> all = new ArrayList<>(consistency.latest().of("stock"));
    all.addAll(consistency.latest().of("coupon"));
    return all.stream().filter(one -> one.difference() != 0).toList();
  }

  void gate(long change) {
    redis.call(r -> r.hincrby("stock:{0}:available", "" + product, change)).block(LIMIT);
  }
}
