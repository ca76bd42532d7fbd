package dev.firstcome.shop.order;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Stranger;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import io.r2dbc.pool.ConnectionPool;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Somebody with a psql holds one row while others go on: only those who need that row are refused,
 * in time, and nothing of theirs is done afterwards.
 */
@ShopTest
class LockedRowIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Longer than every lock timeout, and than two flights' deadlines. */
  private static final Duration HOLD = Duration.ofSeconds(10);

  private static final Duration SHORT_HOLD = Duration.ofSeconds(4);

  private static final Duration WORST = Duration.ofSeconds(4);

  /** A request of a shop that has started, also on a busy machine. */
  private static final Duration WARM = Duration.ofMillis(500);

  /** Between two requests of a load. */
  private static final Duration PAUSE = Duration.ofMillis(25);

  /** One request in so many needs the row. */
  private static final int NEEDS_IT = 5;

  private static final String WAITING =
      """
      SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'
      """;

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @Autowired private ConnectionPool pool;
  @LocalServerPort private int port;
  private Sql sql;

  private record Sent(String user, boolean needsTheRow, Answer answer, Duration took) {

    boolean isGood() {
      return answer.status().is2xxSuccessful();
    }

    @Override
    public String toString() {
      return answer.outcome() + " after " + took.toMillis() + " ms";
    }
  }

  @BeforeEach
  void connect() {
    sql = new Sql(database);
  }

  @Test
  void ordersOfOtherProductsGoOn() {
    long locked = sql.product(1000, 10_000);
    List<Long> others = IntStream.range(0, 8).mapToObj(i -> sql.product(1000, 10_000)).toList();
    List<Sent> sent =
        whileHeld(
            "SELECT 1 FROM stock WHERE product_id = $1 FOR UPDATE",
            locked,
            HOLD,
            i -> order(i % NEEDS_IT == 0 ? locked : others.get(i % others.size())));

    othersAreGood(sent);
    assertThat(refused(sent)).isNotEmpty();
    assertThat(ordersOf(refused(sent))).isZero();
    assertThat(order(locked).apply("after").block(PATIENCE))
        .matches(answer -> answer.code() == 201);
  }

  @Test
  void chargesOfOthersGoOn() {
    String locked = UUID.randomUUID().toString();
    sql.run("INSERT INTO point_balances (user_id, balance) VALUES ($1, 0)", locked);
    List<Sent> sent =
        whileHeld(
            "SELECT 1 FROM point_balances WHERE user_id = $1 FOR UPDATE",
            locked,
            SHORT_HOLD,
            i -> user -> charge(i % NEEDS_IT == 0 ? locked : user, "k" + i));

    othersAreGood(sent);
    assertThat(sql.number("SELECT balance FROM point_balances WHERE user_id = $1", locked))
        .isZero();
  }

  @Test
  void paymentsOfOthersGoOn() {
    long product = sql.product(1000, 10_000);
    Unpaid locked = unpaid(product);
    List<Unpaid> others = Stream.generate(() -> unpaid(product)).limit(20).toList();
    List<Sent> sent =
        whileHeld(
            "SELECT 1 FROM orders WHERE id = $1 FOR UPDATE",
            locked.order,
            SHORT_HOLD,
            i -> user -> pay(i % NEEDS_IT == 0 ? locked : others.get(i % others.size())));

    othersAreGood(sent);
    assertThat(sql.number("SELECT count(*) FROM payments WHERE order_id = $1", locked.order))
        .isZero();
  }

  @Test
  void couponsOfOtherCampaignsGoOn() {
    long locked = sql.campaign(1000);
    long other = sql.campaign(1000);
    List<Sent> sent =
        whileHeld(
            "SELECT 1 FROM coupons WHERE id = $1 FOR UPDATE",
            locked,
            SHORT_HOLD,
            i ->
                user ->
                    shopper(user)
                        .sending(
                            HttpMethod.POST,
                            "/coupons/%s/issue".formatted(i % NEEDS_IT == 0 ? locked : other)));

    othersAreGood(sent);
    assertThat(sql.number("SELECT count(*) FROM issued_coupons WHERE coupon_id = $1", locked))
        .isZero();
  }

  private Mono<Answer> charge(String user, String key) {
    return shopper(user).sending(HttpMethod.PATCH, "/points", key, "{\"amount\":10000}");
  }

  private record Unpaid(UUID order, String owner) {}

  private Unpaid unpaid(long product) {
    String owner = UUID.randomUUID().toString();
    charge(owner, "points").block(PATIENCE);
    Answer order = requireNonNull(order(product).apply(owner).block(PATIENCE));
    return new Unpaid(UUID.fromString(order.body().get("id").asString()), owner);
  }

  private Mono<Answer> pay(Unpaid one) {
    return shopper(one.owner)
        .sending(HttpMethod.POST, "/payments", "k", "{\"orderId\":\"" + one.order + "\"}");
  }

  private void othersAreGood(List<Sent> sent) {
    List<Sent> others = sent.stream().filter(one -> !one.needsTheRow).toList();
    List<Sent> bad = others.stream().filter(one -> !one.isGood()).toList();
    assertThat(bad.size()).as("bad: %s", bad).isLessThanOrEqualTo(others.size() / 100);
    assertThat(sent).allSatisfy(one -> assertThat(one.took).isLessThan(WORST));
    assertThat(refused(sent))
        .allSatisfy(
            one -> {
              assertThat(one.answer.code()).isEqualTo(503);
              assertThat(one.answer.headers().getFirst("Retry-After")).matches("[1-9][0-9]*");
            });
  }

  private static List<Sent> refused(List<Sent> sent) {
    return sent.stream().filter(one -> !one.isGood()).toList();
  }

  private int acquired() {
    return pool.getMetrics().orElseThrow().acquiredSize();
  }

  private Function<String, Mono<Answer>> order(long product) {
    String body = "{\"items\":[{\"productId\":%s,\"quantity\":1}]}".formatted(product);
    return user -> shopper(user).sending(HttpMethod.POST, "/orders", "k", body);
  }

  private Shopper shopper(String user) {
    return new Shopper(user, tokens.user(user), List.of(port));
  }

  private long ordersOf(List<Sent> some) {
    String[] users = some.stream().map(Sent::user).toArray(String[]::new);
    return sql.number("SELECT count(*) FROM orders WHERE user_id = ANY($1)", (Object) users);
  }

  /** Nothing is measured of a shop that has just started, on a machine that is busy. */
  private static void warmUp(IntFunction<Function<String, Mono<Answer>>> request) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                Flux.range(1, NEEDS_IT - 1)
                    .repeat(5)
                    .concatMap(i -> send(i, request.apply(i)))
                    .all(sent -> sent.isGood() && sent.took.compareTo(WARM) < 0)
                    .block(PATIENCE));
  }

  /**
   * A load for so long, with the row held by a session that idles; then all that was begun ends.
   */
  private List<Sent> whileHeld(
      String lock, Object key, Duration hold, IntFunction<Function<String, Mono<Answer>>> request) {
    warmUp(request);
    Stranger<?> psql = Stranger.locks(database, lock, key);
    List<Sent> sent =
        Flux.interval(PAUSE)
            .take(hold)
            .flatMap(i -> send(i.intValue(), request.apply(i.intValue())), 1000)
            .collectList()
            .zipWith(mostWaiting(hold), this::fewWait)
            .block(hold.plus(PATIENCE));
    psql.goes();
    // Whatever was abandoned with a statement under way is over by then.
    await().atMost(PATIENCE).until(() -> acquired() == 0);
    return requireNonNull(sent);
  }

  /** Sessions that wait for a lock at one moment: no more than one lane has batches in flight. */
  private Mono<Long> mostWaiting(Duration hold) {
    return Flux.interval(Duration.ofMillis(100))
        .take(hold)
        .onBackpressureDrop()
        .concatMap(i -> database.list(WAITING, row -> row.get(0, Long.class)))
        .map(rows -> rows.get(0))
        .reduce(0L, Math::max);
  }

  private List<Sent> fewWait(List<Sent> sent, long mostWaiting) {
    assertThat(mostWaiting).isLessThanOrEqualTo(2);
    return sent;
  }

  private static Mono<Sent> send(int number, Function<String, Mono<Answer>> request) {
    String user = UUID.randomUUID().toString();
    long start = System.nanoTime();
    return request
        .apply(user)
        .map(
            answer ->
                new Sent(
                    user,
                    number % NEEDS_IT == 0,
                    answer,
                    Duration.ofNanos(System.nanoTime() - start)));
  }
}
