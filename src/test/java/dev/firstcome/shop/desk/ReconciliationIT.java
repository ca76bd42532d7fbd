package dev.firstcome.shop.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.engine.gate.DriftPage.Compared;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.http.HttpMethod;

/** Whatever becomes of Redis, it ends with what PostgreSQL has. */
@NullUnmarked
class ReconciliationIT extends ComparedShop {

  /** In milliseconds: what is restored expires as well. */
  private static final long DAY = 86_400_000;

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

  /** What can go wrong, and whether the gate is then too generous, too strict or neither. */
  private enum Fault {
    LOST_ADJUSTMENT(t -> t.change(7)),
    LOST_RELEASE(t -> t.gate(-4)),
    RELEASED_TWICE(t -> t.gate(4)),
    SOLD_WITHOUT_THE_GATE(t -> t.change(-7)),
    OLD_SNAPSHOT_BEFORE_SALES(t -> t.restoreAfter(() -> t.buy(t.port, 5))),
    OLD_SNAPSHOT_BEFORE_A_SUPPLY(t -> t.restoreAfter(t::supplyAndRefresh)),
    OLD_SNAPSHOT_BEFORE_A_CANCELLATION(t -> t.restoreAfter(t::buyAndCancel)),
    OLD_SNAPSHOT_BEFORE_COUPONS(t -> t.restoreAfter(() -> t.issueTo("second", "third"))),
    FLUSHED(t -> t.redis.call(r -> r.flushdb()).block(LIMIT)),
    HOLDERS_EVICTED(t -> t.redis.call(r -> r.del(t.coupon("holders"))).block(LIMIT)),
    GHOSTS(t -> t.redis.call(r -> r.sadd(t.coupon("holders"), "ghost")).block(LIMIT)),
    COUPON_LIMIT_LOST(t -> t.redis.call(r -> r.del(t.coupon("limit"))).block(LIMIT));

    private final Consumer<ReconciliationIT> happens;

    Fault(Consumer<ReconciliationIT> happens) {
      this.happens = happens;
    }
  }

  /** PostgreSQL's, and nobody tells the gate. */
  private void change(long units) {
    sql.run("UPDATE stock SET quantity = quantity + $2 WHERE product_id = $1", product, units);
  }

  private void supplyAndRefresh() {
    supply(port, 5);
    await().atMost(LIMIT).until(() -> String.valueOf(quantity()).equals(available()));
  }

  private void issueTo(String... users) {
    List.of(users).forEach(this::issue);
  }

  private void buyAndCancel() {
    Shopper shopper = shopper(port);
    String id = buying(shopper, "k", 4).block(LIMIT).body().path("id").asString();
    Answer cancelled = shopper.sending(HttpMethod.POST, "/orders/" + id + "/cancel").block(LIMIT);
    assertThat(cancelled.outcome()).isEqualTo("200");
    await().atMost(LIMIT).until(() -> String.valueOf(quantity()).equals(available()));
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
    for (String order : redis.call(r -> r.zrange("stock:{0}:held", 0, -1)).block(LIMIT)) {
      redis.call(r -> r.zadd("stock:{0}:held", 1.0, order)).block(LIMIT);
    }
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
        .isEqualTo("{\"productId\":%s,\"redis\":13,\"database\":17}".formatted(product));
    assertThat(answer.body().path("coupons").toString())
        .contains("{\"couponId\":%s,\"redis\":9,\"database\":9}".formatted(campaign));
    assertThat(answer.body().path("repaired").asInt()).isZero();
    assertThat(Instant.parse(answer.body().path("checkedAt").asString()))
        .isEqualTo(consistency.latest().checkedAt());
    assertThat(meters.get("firstcome.consistency.age").gauge().value()).isBetween(0.0, 60.0);
    assertThat(shopper(port).get("/admin/consistency").outcome()).isEqualTo("403 FORBIDDEN");
  }
}
