package dev.firstcome.shop.order;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.refusal.RequestName;
import io.micrometer.core.instrument.MeterRegistry;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.PoolMetrics;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;

/** Clients that hang up right after they have ordered: whole or absent, and a retry tells which. */
@ShopTest
class HangUpIT {

  private static final int CLIENTS = 400;
  private static final int UNITS = 2;
  private static final int LATEST_MILLIS = 30;
  private static final String KEY = "once";

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @Autowired private ConnectionPool pool;
  @Autowired private MeterRegistry meters;
  @Autowired private Redis redis;
  @LocalServerPort private int port;

  /** One that hangs up: with a reset every other time, as a crashed or an impatient client does. */
  private record Client(Socket socket, String userId, byte[] request) {

    void order() {
      try {
        socket.getOutputStream().write(request);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Whether it had an answer by then. */
    boolean hangUp(boolean reset) throws IOException {
      try (socket) {
        boolean answered = socket.getInputStream().available() > 0;
        socket.setSoLinger(reset, 0);
        return answered;
      }
    }
  }

  @Test
  void makesEachOrderWholeOrNotAtAllAndTheRetryTellsWhich()
      throws IOException, InterruptedException, ExecutionException {
    Sql sql = new Sql(database);
    long tea = sql.product(1000, 5000);
    long cup = sql.product(500, 5000);
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(client(UUID.randomUUID().toString(), body(tea, cup)));
    }

    assertThat(hangUps(clients)).as("some left before they had an answer").isLessThan(CLIENTS);
    await().atMost(SOON).untilAsserted(this::everythingIsAtRest);

    Set<String> orders = whole(sql, clients, tea, cup);
    assertThat(orders).as("some orders were made").isNotEmpty();
    assertThat(sql.number("SELECT quantity FROM stock WHERE product_id = $1", tea))
        .isEqualTo(5000 - UNITS * (long) orders.size());
    assertThat(sql.number("SELECT quantity FROM stock WHERE product_id = $1", cup))
        .isEqualTo(5000 - (long) orders.size());

    List<Answer> answers = Shopper.atOnce(CLIENTS, i -> retry(clients.get(i), body(tea, cup)));
    assertThat(answers).allMatch(answer -> answer.code() == 201);
    // The converse need not hold: a request may have lain unread when the orders were counted.
    assertThat(answers)
        .filteredOn(answer -> orders.contains(answer.body().path("id").asString()))
        .hasSameSizeAs(orders)
        .allMatch(Answer::isReplayed);
    assertThat(sql.number("SELECT quantity FROM stock WHERE product_id = $1", tea))
        .isEqualTo(5000 - UNITS * CLIENTS);
    await().atMost(SOON).untilAsserted(this::everythingIsAtRest);
    await().atMost(SOON).untilAsserted(() -> theGateHoldsNothing(clients, tea));
  }

  /** Each in its place of time; how many had been answered when they hung up. */
  private long hangUps(List<Client> clients) throws InterruptedException, ExecutionException {
    Random random = new Random(7);
    ScheduledExecutorService hands = Executors.newScheduledThreadPool(8);
    try {
      List<Future<Boolean>> ends = new ArrayList<>();
      for (Client client : clients) {
        client.order();
        boolean reset = random.nextBoolean();
        ends.add(
            hands.schedule(
                () -> client.hangUp(reset),
                random.nextInt(LATEST_MILLIS + 1),
                TimeUnit.MILLISECONDS));
      }
      long answered = 0;
      for (Future<Boolean> end : ends) {
        answered += end.get() ? 1 : 0;
      }
      return answered;
    } finally {
      hands.shutdown();
      assertThat(hands.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private void everythingIsAtRest() {
    assertThat(meters.get("firstcome.lane.depth").tag("lane", "order").gauge().value()).isZero();
    PoolMetrics connections = pool.getMetrics().orElseThrow();
    assertThat(connections.acquiredSize()).isZero();
    assertThat(connections.pendingAcquireSize()).isZero();
    assertThat(connections.allocatedSize()).isLessThanOrEqualTo(connections.getMaxAllocatedSize());
  }

  /** The orders that were made, each with all its lines. */
  private static Set<String> whole(Sql sql, List<Client> clients, long tea, long cup) {
    UUID[] ids = clients.stream().map(HangUpIT::orderId).toArray(UUID[]::new);
    List<String> rows =
        sql.column("SELECT id::text FROM orders WHERE id = ANY($1) ORDER BY id", (Object) ids);
    List<String> complete =
        sql.column(
            """
            SELECT order_id::text FROM order_items WHERE order_id = ANY($1)
            GROUP BY order_id
            HAVING sum(quantity) FILTER (WHERE product_id = $2) = $4
              AND sum(quantity) FILTER (WHERE product_id = $3) = 1 AND count(*) = 2
            ORDER BY order_id
            """,
            ids,
            tea,
            cup,
            UNITS);
    assertThat(complete).isEqualTo(rows);
    return new HashSet<>(rows);
  }

  private static UUID orderId(Client client) {
    return RequestName.of("order", client.userId, KEY);
  }

  private void theGateHoldsNothing(List<Client> clients, long tea) {
    List<String> held =
        requireNonNull(redis.call(r -> r.zrange("stock:{0}:held", 0, -1)).block(SOON));
    assertThat(held)
        .doesNotContainAnyElementsOf(clients.stream().map(c -> orderId(c).toString()).toList());
    // Orders that passed while the product was being loaded were not counted: that may be too
    // generous, which the database refuses, and never too strict.
    String available =
        redis.call(r -> r.hget("stock:{0}:available", Long.toString(tea))).block(SOON);
    assertThat(available == null ? Long.MAX_VALUE : Long.parseLong(available))
        .isGreaterThanOrEqualTo(5000 - UNITS * CLIENTS);
  }

  private static String body(long tea, long cup) {
    return "{\"items\":[{\"productId\":%s,\"quantity\":%s},{\"productId\":%s,\"quantity\":1}]}"
        .formatted(tea, UNITS, cup);
  }

  private Mono<Answer> retry(Client client, String body) {
    String token = tokens.user(client.userId);
    return new Shopper(client.userId, token, List.of(port))
        .sending(HttpMethod.POST, "/orders", KEY, body);
  }

  private Client client(String user, String body) throws IOException {
    String head =
        String.join(
            "\r\n",
            "POST /api/v1/orders HTTP/1.1",
            "Host: localhost",
            "Authorization: Bearer " + tokens.user(user),
            "Idempotency-Key: " + KEY,
            "Content-Type: application/json",
            "Content-Length: " + body.length(),
            "",
            "");
    byte[] request = (head + body).getBytes(StandardCharsets.US_ASCII);
    return new Client(new Socket("localhost", port), user, request);
  }
}
