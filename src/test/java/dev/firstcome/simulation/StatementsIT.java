package dev.firstcome.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.Servers;
import dev.firstcome.simulation.PostgresServer.StoredCampaign;
import dev.firstcome.simulation.Statements.Sql;
import io.r2dbc.postgresql.PostgresqlConnectionFactoryProvider;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryOptions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.core.env.StandardEnvironment;
import reactor.core.publisher.Mono;

/**
 * The simulated PostgreSQL does with each statement what a real one does: whole histories are
 * replayed at a real one, statement by statement, over as many connections, and every answer, every
 * refusal and every wait for a lock is compared.
 */
@ExtendWith(Quietly.class)
class StatementsIT {

  private static final long SEEDS = Long.getLong("simulation.replays", 3);

  /** So many histories run every statement but the rare ones. */
  private static final long ALL = 16;

  private static final long FROM = Long.getLong("simulation.from", 1);

  /** The simulated server's clock in the real one's place, for whichever statement asks. */
  private static final String CLOCK =
      """
      CREATE SCHEMA simulated;
      CREATE FUNCTION simulated.now() RETURNS timestamptz LANGUAGE sql
        RETURN current_setting('simulated.now')::timestamptz;
      CREATE FUNCTION simulated.statement_timestamp() RETURNS timestamptz LANGUAGE sql
        RETURN current_setting('simulated.now')::timestamptz;
      CREATE FUNCTION simulated.clock_timestamp() RETURNS timestamptz LANGUAGE sql
        RETURN current_setting('simulated.now')::timestamptz;
      """;

  private static final String EMPTY =
      """
      TRUNCATE products, stock, stock_adjustments, coupons, issued_coupons, cart_items, orders,
        order_items, refunds, refund_items, payments, point_balances, point_entries, outbox, set_aside, drops, buyers,
        admin_requests
        CASCADE
      """;

  /**
   * What runs only after a batch of a background job has failed, or where holders were lost;
   * WayRoundIT, RelayIT and CouponSweepIT run it.
   */
  private static final Set<String> RARE =
      Set.of(
          "BatchRunner.LOCK_TIMEOUT",
          "SetAside.PUT",
          "OrderSql.LOCK_THESE_DUE",
          "OutboxSql.PUT_OFF",
          "OutboxSql.TAKE_THESE",
          "CouponSql.HOLDERS_AMONG");

  private final ConnectionFactoryOptions server = ownDatabase();
  private final Set<String> seen = new TreeSet<>();
  private long parted;

  @Test
  void doesWhatARealOneDoes() {
    for (long seed = FROM; seed < FROM + SEEDS; seed++) {
      replay(seed);
    }
    assertThat(parted)
        .as("histories of %d that were not replayed to their ends", SEEDS)
        .isLessThanOrEqualTo(SEEDS / 2);
    if (SEEDS >= ALL) {
      Set<String> all = new TreeSet<>(Statements.all().stream().map(Sql::name).toList());
      all.removeAll(seen);
      assertThat(RARE).as("statements that no history ran").containsAll(all);
    }
  }

  private void replay(long seed) {
    ConnectionFactory sessions =
        ConnectionFactories.get(
            server
                .mutate()
                .option(
                    PostgresqlConnectionFactoryProvider.OPTIONS,
                    Map.of(
                        "search_path",
                        "simulated, public, pg_catalog",
                        // Whom the simulation lets wait, waits; who is a victim, it decides.
                        "deadlock_timeout",
                        "1h"))
                .build());
    List<Replay> replays = new ArrayList<>();
    try {
      History.of(
          seed,
          postgres -> {
            fill(postgres);
            replays.add(new Replay(sessions, postgres::instant));
            return replays.get(0);
          });
    } catch (AssertionError e) {
      throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
    } finally {
      replays.forEach(Replay::close);
    }
    seen.addAll(replays.get(0).seen());
    parted += replays.get(0).isParted() ? 1 : 0;
  }

  /** What the history begins with. */
  private void fill(PostgresServer from) {
    on(EMPTY);
    from.drops
        .rows()
        .values()
        .forEach(
            d ->
                on(
                    "INSERT INTO drops (id, name, opens_at, closes_at, max_per_user)"
                        + " SELECT $1, $2, $3, *"
                        + " FROM unnest($4::timestamptz[], $5::bigint[])",
                    d.id(),
                    d.name(),
                    d.opensAt(),
                    new Instant[] {d.closesAt()},
                    new Long[] {d.maxPerUser()}));
    from.products
        .rows()
        .forEach(
            (id, p) ->
                on(
                    "INSERT INTO products (id, name, price, max_per_user, drop_id)"
                        + " SELECT $1, $2, $3, * FROM unnest($4::bigint[], $5::bigint[])",
                    id,
                    p.name(),
                    p.price(),
                    new Long[] {p.maxPerUser()},
                    new Long[] {p.dropId()}));
    from.stock
        .rows()
        .forEach(
            (id, units) ->
                on("INSERT INTO stock (product_id, quantity) VALUES ($1, $2)", id, units));
    from.coupons.rows().values().forEach(this::fill);
    from.issued
        .rows()
        .values()
        .forEach(
            i ->
                on(
                    "INSERT INTO issued_coupons (id, coupon_id, user_id, issued_at)"
                        + " VALUES ($1, $2, $3, $4)",
                    i.id(),
                    i.couponId(),
                    i.userId(),
                    i.issuedAt()));
    from.balances
        .rows()
        .forEach((user, b) -> on("INSERT INTO point_balances VALUES ($1, $2)", user, b));
    from.entries
        .rows()
        .values()
        .forEach(
            e ->
                on(
                    "INSERT INTO point_entries (id, user_id, type, amount, balance_after, created_at)"
                        + " VALUES ($1, $2, 'CHARGE', $3, $3, $4)",
                    e.id(),
                    e.userId(),
                    e.amount(),
                    e.createdAt()));
    for (String wanted : from.carts) {
      String[] words = wanted.split(" ");
      on(
          "INSERT INTO cart_items (user_id, product_id, quantity) VALUES ($1, $2, 1)",
          words[0],
          Long.valueOf(words[1]));
    }
  }

  private void fill(StoredCampaign campaign) {
    var c = campaign.coupon();
    on(
        """
        INSERT INTO coupons (id, name, discount_type, discount_value, min_order_amount,
          total_quantity, issued_quantity, issuable_from, issuable_until, valid_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        c.id(),
        c.name(),
        c.discount().type().name(),
        c.discount().value(),
        c.minOrderAmount(),
        c.totalQuantity(),
        campaign.issuedQuantity(),
        c.issuableFrom(),
        c.issuableUntil(),
        c.validUntil());
  }

  private void on(String sql, Object... arguments) {
    execute(server, sql, arguments);
  }

  private static void execute(ConnectionFactoryOptions server, String sql, Object... arguments) {
    Mono.usingWhen(
            ConnectionFactories.get(server).create(),
            connection -> Replay.update(connection, sql, arguments),
            Connection::close)
        .block();
  }

  /** With the shop's schema. */
  private static ConnectionFactoryOptions ownDatabase() {
    Map<String, Object> settings = Servers.forTests(new StandardEnvironment());
    ConnectionFactoryOptions any =
        ConnectionFactoryOptions.parse(settings.get("spring.r2dbc.url") + "")
            .mutate()
            .option(ConnectionFactoryOptions.USER, settings.get("spring.r2dbc.username") + "")
            .option(ConnectionFactoryOptions.PASSWORD, settings.get("spring.r2dbc.password") + "")
            .build();
    String name = "simulated_" + UUID.randomUUID().toString().replace("-", "");
    execute(any, "CREATE DATABASE " + name);
    ConnectionFactoryOptions own =
        any.mutate().option(ConnectionFactoryOptions.DATABASE, name).build();
    Flyway.configure()
        .dataSource(
            "jdbc:postgresql://%s:%s/%s"
                .formatted(
                    own.getRequiredValue(ConnectionFactoryOptions.HOST),
                    own.getRequiredValue(ConnectionFactoryOptions.PORT),
                    name),
            settings.get("spring.r2dbc.username") + "",
            settings.get("spring.r2dbc.password") + "")
        .locations("classpath:db/migration")
        .load()
        .migrate();
    for (String statement : CLOCK.split(";")) {
      if (!statement.isBlank()) {
        execute(own, statement);
      }
    }
    return own;
  }
}
