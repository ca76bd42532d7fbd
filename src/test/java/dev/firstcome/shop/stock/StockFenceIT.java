package dev.firstcome.shop.stock;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.SecondShop;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.engine.lock.MultiLock;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.infra.redis.RedisParts;
import dev.firstcome.shop.audit.AdminReply;
import dev.firstcome.shop.audit.AdminRequest;
import dev.firstcome.shop.stock.Admission.Outcome;
import dev.firstcome.shop.stock.StockHandler.Adjustment;
import dev.firstcome.shop.stock.StockHandler.Line;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Two instances that adjust the same products, under leases that may be lost. */
@ShopTest
@NullUnmarked
class StockFenceIT {

  private static final String PATH = "/admin/stock-adjustments";
  private static final String LINE = "lock:{locks}:line";

  @Autowired StockAdjustments adjustments;
  @Autowired StockGate gate;
  @Autowired MultiLock locks;
  @Autowired Redis redis;
  @Autowired CircuitBreaker redisBreaker;
  @Autowired Database database;
  @Autowired Tokens tokens;
  @Autowired MeterRegistry meters;
  @LocalServerPort int port;

  private Sql sql;
  private Shopper warehouse;
  private long tea;
  private long cup;

  @BeforeEach
  void twoProducts() {
    sql = new Sql(database);
    warehouse =
        new Shopper("warehouse", tokens.admin("warehouse"), List.of(port, SecondShop.port()));
    tea = sql.product(1000, 100);
    cup = sql.product(1000, 100);
  }

  private Mono<Answer> adjusting(long... productsAndDeltas) {
    StringBuilder items = new StringBuilder();
    for (int i = 0; i < productsAndDeltas.length; i += 2) {
      items
          .append(i == 0 ? "" : ",")
          .append(
              "{\"productId\":%s,\"delta\":%s}"
                  .formatted(productsAndDeltas[i], productsAndDeltas[i + 1]));
    }
    String body = "{\"items\":[%s],\"reason\":\"count\"}".formatted(items);
    return warehouse.sending(HttpMethod.POST, PATH, UUID.randomUUID().toString(), body);
  }

  private static AdminRequest request(String actor) {
    return new AdminRequest(actor, "stock.adjust", "", null, "trace", "");
  }

  private int adjust(long... productsAndDeltas) {
    return Shopper.atOnce(List.of(adjusting(productsAndDeltas))).get(0).code();
  }

  private long quantity(long product) {
    return sql.number("SELECT quantity FROM stock WHERE product_id = $1", product);
  }

  private long fence(long product) {
    return sql.number("SELECT fence FROM stock WHERE product_id = $1", product);
  }

  private String available(long product) {
    return redis.call(r -> r.hget("stock:{0}:available", "" + product)).block(SOON);
  }

  @Test
  void letsTwoInstancesAdjustInOppositeOrdersAtOnce() {
    List<Answer> answers =
        Shopper.atOnce(
            IntStream.range(0, 60)
                .mapToObj(
                    i -> i / 2 % 2 == 0 ? adjusting(tea, 1, cup, -1) : adjusting(cup, -1, tea, 1))
                .toList());
    assertThat(Shopper.outcomes(answers)).isEqualTo(Map.of("200", 60L));
    assertThat(quantity(tea)).isEqualTo(160);
    assertThat(quantity(cup)).isEqualTo(40);
    // Whoever was last has told the gate before anybody else could begin, and before the answer.
    assertThat(available(tea)).isEqualTo("160");
    assertThat(available(cup)).isEqualTo("40");
  }

  @Test
  void refusesTheLateWriteOfWhoeverLostItsLease() {
    Sinks.Empty<Void> resume = Sinks.empty();
    Sinks.One<Long> held = Sinks.one();
    // Nobody renews this one.
    Mono<AdminReply> late =
        RedisParts.locks(redis)
            .with(
                StockScripts.locks(List.of(tea, cup)),
                lease -> {
                  held.tryEmitValue(lease.fence());
                  Mono<AdminReply> write =
                      Mono.defer(
                          () ->
                              adjustments.adjust(
                                  request("late"),
                                  new Adjustment(
                                      List.of(new Line(cup, 7), new Line(tea, 7)), "late"),
                                  lease.fence()));
                  return resume.asMono().then(write);
                });
    CompletableFuture<AdminReply> outcome = late.toFuture();
    assertThat(held.asMono().block(SOON)).isPositive();
    redis.call(r -> r.del(LINE)).block(SOON);
    assertThat(adjust(tea, 1)).isEqualTo(200);
    resume.tryEmitEmpty();

    assertThat(outcome)
        .failsWithin(SOON)
        .withThrowableThat()
        .havingCause()
        .withMessage("overtaken by " + fence(tea));
    assertThat(quantity(tea)).isEqualTo(101);
    assertThat(quantity(cup)).isEqualTo(100);
    assertThat(fence(tea)).isGreaterThan(held.asMono().block(SOON));
    assertThat(sql.number("SELECT count(*) FROM stock_adjustments WHERE adjusted_by = 'late'"))
        .isZero();
  }

  @Test
  void beginsAnewUnderAGreaterNumberWhenAFenceIsAheadOfRedis() {
    assertThat(adjust(tea, 1)).isEqualTo(200);
    long ahead = fence(tea) + Duration.ofMillis(500).toNanos() / 1000;
    sql.run("UPDATE stock SET fence = $2 WHERE product_id = $1", tea, ahead);

    assertThat(adjust(cup, 1, tea, 1)).isEqualTo(200);
    assertThat(fence(tea)).isGreaterThan(ahead).isEqualTo(fence(cup));
    assertThat(quantity(tea)).isEqualTo(102);
    // The other tests lose the line, which must not be ahead of the clock then.
    await().atMost(SOON).until(() -> fence(cup) < System.currentTimeMillis() * 1000);
  }

  @Test
  void adjustsUnderTheRowLockAloneWhileRedisIsAway() {
    assertThat(adjust(tea, 1)).isEqualTo(200);
    long before = fence(tea);
    redisBreaker.transitionToForcedOpenState();
    try {
      Adjustment one = new Adjustment(List.of(new Line(tea, -1)), "away");
      assertThat(adjustments.adjust(request("away"), one).block(SOON).body())
          .isEqualTo("{\"items\":[{\"productId\":%s,\"stock\":100}]}".formatted(tea));
    } finally {
      redisBreaker.transitionToClosedState();
    }
    assertThat(fence(tea)).isEqualTo(before);
    assertThat(adjust(tea, 1)).isEqualTo(200);
  }

  @Test
  void loadsAProductThroughOneInstanceAtATime() {
    Sinks.Empty<Void> loaded = Sinks.empty();
    locks.with(StockScripts.locks(List.of(tea)), lease -> loaded.asMono()).subscribe();
    await().atMost(SOON).until(() -> redis.call(r -> r.hlen(LINE)).block(SOON) > 1);
    double busy = busy();
    assertThat(ask(tea)).isEqualTo(Outcome.NOT_LOADED);
    await().atMost(SOON).until(() -> busy() > busy);
    assertThat(available(tea)).isNull();

    loaded.tryEmitEmpty();
    await().atMost(SOON).until(() -> ask(tea) != Outcome.NOT_LOADED);
    assertThat(ask(cup)).isEqualTo(Outcome.NOT_LOADED);
    await().atMost(SOON).until(() -> available(cup) != null);
  }

  private double busy() {
    return meters.counter("firstcome.locks.refused", "why", "busy").count();
  }

  /** More than there is, so that nothing is held. */
  private Outcome ask(long product) {
    Reservation all = new Reservation(UUID.randomUUID(), new TreeMap<>(Map.of(product, 101L)));
    return gate.reserve(List.of(all)).block(SOON).get(0).word();
  }
}
