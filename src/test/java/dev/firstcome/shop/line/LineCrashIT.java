package dev.firstcome.shop.line;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Stranger;
import dev.firstcome.dev.Tokens;
import dev.firstcome.harness.ShopProcess;
import dev.firstcome.infra.jobs.PeriodicJobs;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.shop.drop.DropShop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;
import org.springframework.test.context.ContextConfiguration;

/**
 * The only instance that moves a line is killed, in the middle of the shuffle and of admissions,
 * and Redis is emptied each time. The shop of this JVM answers, and moves nothing.
 */
@SpringBootTest(classes = Firstcome.class, webEnvironment = WebEnvironment.RANDOM_PORT)
@ContextConfiguration(initializers = OwnStores.class)
@NullUnmarked
class LineCrashIT {

  private static final int UNITS = 1_000;

  /** Three statements of the shuffle number them. */
  private static final int TICKETS = 12_000;

  /** 1.1 for each unit, and ten. */
  private static final long PLACES = 1_110;

  @Autowired private Environment environment;
  @Autowired private Database database;
  @Autowired private PeriodicJobs jobs;
  @Autowired private Redis redis;
  @LocalServerPort private int port;
  @TempDir private Path folder;

  private final List<ShopProcess> movers = new ArrayList<>();
  private Sql sql;

  @AfterEach
  void end() throws InterruptedException {
    for (ShopProcess mover : movers) {
      mover.close();
    }
  }

  @Test
  void goesOnWhereItWasWhenItsMoverIsKilledAndRedisIsEmptied() throws Exception {
    jobs.stop();
    sql = new Sql(database);
    long drop = opened();
    List<String> order = new WaitingCrowd(sql).waits(drop, TICKETS, 0);
    // The shuffle cannot go past this ticket until it is let go.
    Stranger<?> psql =
        Stranger.locks(
            database,
            "UPDATE tickets SET used_up = used_up WHERE drop_id = $1 AND user_id = $2",
            drop,
            order.get(7_000));
    ShopProcess first = move();
    await().atMost(SOON).until(() -> count(drop, "number IS NOT NULL") == 5_000);
    lose(first);
    psql.goes();

    ShopProcess second = move();
    await().atMost(SOON).until(() -> count(drop, "status = 'ADMITTED'") > 300);
    lose(second);
    long cursor = cursor(drop);
    List<String> admitted = admissions(drop);

    move();
    await().atMost(SOON).until(() -> count(drop, "status = 'ADMITTED'") >= PLACES);
    assertThat(users(drop, "number IS NOT NULL")).isEqualTo(order);
    assertThat(users(drop, "status = 'ADMITTED'")).isEqualTo(order.subList(0, (int) PLACES));
    assertThat(cursor(drop)).isEqualTo(PLACES).isGreaterThan(cursor);
    // Nobody was admitted a second time.
    assertThat(admissions(drop)).startsWith(admitted.toArray(String[]::new));
    assertThat(count(drop, "status NOT IN ('ADMITTED', 'WAITING')")).isZero();
  }

  /** A drop whose time has come, that nobody moves yet. */
  private long opened() {
    Tokens tokens = new Tokens(environment.getRequiredProperty("firstcome.security.jwt-secret"));
    DropShop shop = new DropShop(tokens, port, port);
    return shop.drop(
        Instant.parse("2026-01-01T00:00:00Z"),
        ",\"line\":{\"ratePerSecond\":200}",
        sql.product(1000, UNITS));
  }

  /** Returns once it listens: on a busy machine a start takes longer than all that follows. */
  private ShopProcess move() throws IOException {
    Path log = folder.resolve("mover" + movers.size() + ".log");
    ShopProcess mover = ShopProcess.start(environment, log, Map.of());
    movers.add(mover);
    mover.port();
    return mover;
  }

  private void lose(ShopProcess mover) throws InterruptedException {
    mover.kill();
    redis.call(commands -> commands.flushdb()).block(SOON);
  }

  private long count(long drop, String condition) {
    return sql.number("SELECT count(*) FROM tickets WHERE drop_id = $1 AND " + condition, drop);
  }

  private List<String> users(long drop, String condition) {
    return sql.column(
        "SELECT user_id FROM tickets WHERE drop_id = $1 AND " + condition + " ORDER BY number",
        drop);
  }

  private List<String> admissions(long drop) {
    return sql.column(
        """
        SELECT number || ' ' || admitted_at FROM tickets
        WHERE drop_id = $1 AND admitted_at IS NOT NULL ORDER BY number
        """,
        drop);
  }

  private long cursor(long drop) {
    return sql.number("SELECT admitted_up_to FROM drop_lines WHERE drop_id = $1", drop);
  }
}
