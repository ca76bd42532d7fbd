package dev.firstcome.shop.ranking;

import static dev.firstcome.harness.Patience.SOON;

import dev.firstcome.engine.outbox.Outbox;
import dev.firstcome.engine.outbox.OutboxEvent;
import dev.firstcome.engine.outbox.OutboxEvent.Consumer;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.Database;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * A shop that is ahead of its servers' clocks by as much as a test says, and that does nothing by
 * itself. The window, which has no clock, is shorter by as much: so it begins where it would if the
 * servers' clocks had been moved as well.
 */
@TestConfiguration(proxyBeanMethods = false)
class ShopWithItsOwnTime {

  @Bean
  @Primary
  HandClock handClock() {
    return new HandClock();
  }

  @Bean
  Till till(Database database, Outbox outbox, HandClock clock, PeriodicJobs loops) {
    return new Till(database, outbox, clock, loops);
  }

  @Bean
  @Primary
  Window handWindow(HandClock clock) {
    return new Window() {
      @Override
      long minutes() {
        return super.minutes() - clock.ahead;
      }
    };
  }

  static final class HandClock extends Clock {

    private static final Clock SERVERS = Clock.tick(Clock.systemUTC(), Duration.ofNanos(1000));

    /** In minutes. */
    private volatile long ahead;

    void forward(Duration by) {
      ahead += by.toMinutes();
    }

    /** So that it is this minute now. */
    void set(long minute) {
      ahead = minute - serversMinute();
    }

    static long serversMinute() {
      return Math.floorDiv(SERVERS.instant().getEpochSecond(), 60L);
    }

    @Override
    public Instant instant() {
      return SERVERS.instant().plus(Duration.ofMinutes(ahead));
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

  /** Takes payments and gives refunds, as the lanes do: rows and an event in one transaction. */
  static final class Till {

    private final Database database;
    private final Outbox outbox;
    private final HandClock clock;
    private final PeriodicJobs loops;

    Till(Database database, Outbox outbox, HandClock clock, PeriodicJobs loops) {
      this.database = database;
      this.outbox = outbox;
      this.clock = clock;
      this.loops = loops;
    }

    void stopEverythingElse() throws InterruptedException {
      CountDownLatch stopped = new CountDownLatch(1);
      loops.stop(stopped::countDown);
      if (!stopped.await(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("loops do not stop");
      }
    }

    void products(int number) {
      sql("DELETE FROM products");
      sql(
          "INSERT INTO products (id, name, price) SELECT i, 'product ' || i, 100 * i"
              + " FROM generate_series(1, $1::bigint) AS i",
          (long) number);
    }

    void forgetEverything() {
      sql("TRUNCATE outbox, sales, payments, order_items, orders");
    }

    UUID pay(Instant paidAt, Map<Long, Long> units) {
      UUID order = UUID.randomUUID();
      UUID payment = UUID.randomUUID();
      Long[] products = units.keySet().toArray(Long[]::new);
      Long[] quantities = units.values().toArray(Long[]::new);
      database
          .transaction(
              session ->
                  session
                      .update(
                          "INSERT INTO orders (id, user_id, status, subtotal, discount, total,"
                              + " payment_id, fingerprint, created_at, payment_due_at)"
                              + " VALUES ($1, 'alice', 'PAID', 0, 0, 0, $2, $1, $3, $3)",
                          order,
                          payment,
                          paidAt)
                      .then(
                          session.update(
                              "INSERT INTO order_items SELECT $1::uuid, product, 'name', 0, units"
                                  + " FROM unnest($2::bigint[], $3::bigint[]) AS i (product, units)",
                              order,
                              products,
                              quantities))
                      .then(
                          session.update(
                              "INSERT INTO payments VALUES ($1, $2, 'alice', 0, 0, $3)",
                              payment,
                              order,
                              paidAt))
                      .then(outbox.write(session, List.of(event("payment.completed", payment))))
                      .thenReturn(true))
          .block(SOON);
      return payment;
    }

    void refund(UUID payment) {
      database
          .transaction(
              session ->
                  session
                      .update(
                          "UPDATE orders SET status = 'REFUNDED' WHERE payment_id = $1", payment)
                      .then(outbox.write(session, List.of(event("payment.refunded", payment))))
                      .thenReturn(true))
          .block(SOON);
    }

    private OutboxEvent event(String type, UUID payment) {
      return OutboxEvent.of(Consumer.RANKING, type, payment, clock.instant());
    }

    void sql(String statement, Object... arguments) {
      database.update(statement, arguments).block(SOON);
    }
  }
}
