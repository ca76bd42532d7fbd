package dev.firstcome.shop.line;

import static dev.firstcome.harness.Patience.SOON;
import static dev.firstcome.shop.drop.DropShop.order;
import static dev.firstcome.shop.line.WaitingCrowd.hmac;
import static dev.firstcome.shop.line.WaitingCrowd.lot;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.SecondShop;
import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Stranger;
import dev.firstcome.dev.Tokens;
import dev.firstcome.harness.Patience;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.drop.DropShop;
import dev.firstcome.shop.line.Admissions.Buyer;
import dev.firstcome.shop.line.Ticket.Key;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.crypto.Mac;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** A crowd in front of a drop, at two instances at once; then the rows are counted. */
@ShopTest
class LineIT {

  private static final Instant PAST = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant FUTURE = Instant.parse("2999-01-01T00:00:00Z");

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @Autowired private TicketSql tickets;
  @Autowired private TicketCleaning cleaning;
  @Autowired private Admissions admissions;
  @LocalServerPort private int port;
  private DropShop shop;
  private Sql sql;
  private WaitingCrowd crowd;

  @BeforeEach
  void open() {
    shop = new DropShop(tokens, port);
    sql = new Sql(database);
    crowd = new WaitingCrowd(sql);
  }

  /** Other tests of this shop look at what waits for the database. */
  @AfterEach
  void close() {
    sql.run("UPDATE drops SET closes_at = now() WHERE id IN (SELECT drop_id FROM drop_lines)");
  }

  private static Mono<Answer> join(Shopper shopper, long drop) {
    return shopper.sending(HttpMethod.POST, "/drops/" + drop + "/ticket");
  }

  private JsonNode ticket(Shopper shopper, long drop) {
    Answer answer = shopper.get("/drops/" + drop + "/ticket");
    assertThat(answer.code()).isEqualTo(200);
    return answer.body();
  }

  private JsonNode line(long drop) {
    return shop.operator.get("/drops/" + drop).body().get("line");
  }

  private void opens(long drop) {
    shop.change(drop, "{\"opensAt\":\"" + PAST + "\"}");
    await().atMost(SOON).until(() -> !line(drop).get("seed").isNull());
  }

  private long count(long drop, String condition) {
    return sql.number("SELECT count(*) FROM tickets WHERE drop_id = $1 AND " + condition, drop);
  }

  private void eventually(int seconds, long expected, long drop, String condition) {
    await()
        .atMost(Patience.of(Duration.ofSeconds(seconds)))
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(() -> assertThat(count(drop, condition)).isEqualTo(expected));
  }

  @Test
  void numbersThoseFromBeforeTheOpeningByAShuffleThatAnybodyCanRecompute() throws Exception {
    int users = 5_000;
    long drop = shop.drop(FUTURE, ",\"line\":{\"ratePerSecond\":1}", sql.product(1000, 10));
    List<Shopper> shoppers = IntStream.range(0, users).mapToObj(i -> shop.shopper()).toList();
    List<Mono<Answer>> twice = new ArrayList<>();
    shoppers.forEach(shopper -> twice.add(join(shopper, drop)));
    shoppers.forEach(shopper -> twice.add(twice.size() / 2, join(shopper, drop)));
    List<Answer> answers = Shopper.atOnce(twice);

    assertThat(Shopper.outcomes(answers)).isEqualTo(Map.of("201", 5_000L, "200", 5_000L));
    assertThat(answers).allMatch(answer -> answer.isReplayed() == (answer.code() == 200));
    assertThat(answers).allMatch(answer -> answer.body().get("number").isNull());
    String hash = line(drop).get("seedHash").asString();
    assertThat(line(drop).get("seed").isNull()).isTrue();
    assertThat(line(drop).get("waiting").asLong()).isEqualTo(users);
    opens(drop);

    String seed = line(drop).get("seed").asString();
    byte[] key = HexFormat.of().parseHex(seed);
    assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key)))
        .isEqualTo(hash);
    Map<String, Long> numbers = numbers(drop);
    assertThat(numbers.values())
        .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, users).boxed().toList());
    Mac mac = hmac(seed);
    List<String> recomputed =
        shoppers.stream()
            .map(Shopper::userId)
            .sorted(Comparator.comparing(u -> lot(mac, u)))
            .toList();
    assertThat(recomputed).isEqualTo(inOrder(numbers));
    List<Long> byArrival = shoppers.stream().map(s -> numbers.get(s.userId())).toList();
    assertThat(correlation(byArrival)).isBetween(-0.05, 0.05);
    assertThat(ticket(shoppers.get(7), drop).get("number").asLong())
        .isEqualTo(numbers.get(shoppers.get(7).userId()));
    laterOnesFollow(drop, users);
  }

  /** More than one statement of the shuffle numbers. */
  @Test
  void numbersALargeCrowdInTheSameOrder() throws Exception {
    long drop = shop.drop(FUTURE, ",\"line\":{\"ratePerSecond\":1}", sql.product(1000, 10));
    crowd.waits(drop, 25_000, 0);
    opens(drop);
    Mac mac = hmac(line(drop).get("seed").asString());
    List<String> numbered = inOrder(numbers(drop));
    assertThat(numbered).hasSize(25_000);
    assertThat(numbered.stream().map(user -> lot(mac, user)))
        .isSortedAccordingTo(Comparator.naturalOrder());
  }

  /** The shuffle has numbered two of three, and not committed, when the first of them leaves. */
  @Test
  void numbersAlsoThoseWhoLeaveDuringTheShuffle() {
    long drop = shop.drop(FUTURE, ",\"line\":{\"ratePerSecond\":1}", sql.product(1000, 10));
    List<Shopper> shoppers = IntStream.range(0, 3).mapToObj(i -> shop.shopper()).toList();
    Shopper.atOnce(shoppers.stream().map(s -> join(s, drop)).toList());
    sql.run(
        """
        UPDATE drop_lines SET opened_at = now(), pooled = waiting, last_number = waiting
        WHERE drop_id = $1
        """,
        drop);
    AtomicReference<String> first = new AtomicReference<>();
    Stranger<?> shuffle = Stranger.does(database, s -> shuffleTwo(s, drop).doOnNext(first::set));
    Shopper leaver = as(Objects.requireNonNull(first.get()));
    CompletableFuture<Answer> left = CompletableFuture.supplyAsync(() -> leave(leaver, drop));
    await()
        .atMost(SOON)
        .until(() -> sql.number("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);
    shuffle.goes();

    assertThat(left.join().code()).isEqualTo(204);
    opens(drop);
    assertThat(numbers(drop).values()).containsExactlyInAnyOrder(1L, 2L, 3L);
    assertThat(ticket(leaver, drop).get("status").asString()).isEqualTo("LEFT");
    assertThat(number(drop, leaver.userId())).isEqualTo(1);
  }

  /** A psql holds a ticket that the next step of the shuffle numbers: those in front go on. */
  @Test
  void admitsThoseInFrontOfATicketThatSomebodyHasLocked() throws Exception {
    long drop = shop.drop(FUTURE, ",\"line\":{\"ratePerSecond\":100}", sql.product(1000, 1000));
    crowd.waits(drop, 6_000, 0);
    List<String> last =
        sql.column(
            "SELECT user_id FROM tickets WHERE drop_id = $1 ORDER BY lot DESC LIMIT 1", drop);
    String lock = "UPDATE tickets SET used_up = used_up WHERE drop_id = $1 AND user_id = $2";
    Stranger<Long> psql = Stranger.locks(database, lock, drop, last.get(0));
    shop.change(drop, "{\"opensAt\":\"" + PAST + "\"}");
    eventually(30, 5_000, drop, "number IS NOT NULL");
    await().atMost(SOON).until(() -> count(drop, "status = 'ADMITTED'") > 100);
    assertThat(line(drop).get("seed").isNull()).isTrue();
    psql.goes();

    await().atMost(SOON).until(() -> !line(drop).get("seed").isNull());
    assertThat(numbers(drop).values())
        .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, 6_000).boxed().toList());
  }

  /** Whose ticket is the first. */
  private Mono<String> shuffleTwo(Session session, long drop) {
    String first = "SELECT user_id FROM tickets WHERE drop_id = $1 AND number = 1";
    return tickets
        .shuffle(session, drop, 2)
        .flatMap(two -> session.list(first, row -> row.get(0, String.class), drop))
        .map(found -> found.get(0));
  }

  private Shopper as(String user) {
    return new Shopper(user, tokens.user(user), List.of(port, SecondShop.port()));
  }

  @Test
  void tellsWhoseTicketSomebodyElseHas() throws Exception {
    long drop = shop.drop(FUTURE, ",\"line\":{}", sql.product(1000, 10));
    crowd.waits(drop, 2, 0);
    Buyer free = new Buyer(drop + "-1", drop);
    Buyer taken = new Buyer(drop + "-2", drop);
    List<Key> ticket = List.of(new Key(drop, taken.userId()));
    try (var holder = Stranger.does(database, s -> tickets.lock(s, ticket))) {
      assertThat(admissions.held(List.of(free, taken)).block(SOON)).containsExactly(taken);
    }
    assertThat(admissions.held(List.of(free, taken)).block(SOON)).isEmpty();
  }

  @Test
  void opensWithThoseWhoAreLeftIfItWasCalledOffForLong() throws Exception {
    long drop = shop.drop(FUTURE, ",\"line\":{\"ratePerSecond\":1}", sql.product(1000, 10));
    crowd.waits(drop, 3, 0);
    shop.change(drop, "{\"closesAt\":\"2026-01-02T00:00:00Z\"}");
    await().atMost(SOON).until(() -> !requireNonNull(cleaning.clean().block(SOON)));
    assertThat(count(drop, "true")).isZero();
    shop.change(drop, "{\"closesAt\":null}");
    Shopper late = shop.shopper();
    shop.now(join(late, drop));
    opens(drop);
    assertThat(ticket(late, drop).get("number").asLong()).isEqualTo(1);
  }

  @Test
  void restsWhileItIsSoldOutAndNobodyIsAdmitted() {
    long product = sql.product(1000, 0);
    long drop = shop.drop(PAST, ",\"line\":{}", product);
    shop.now(join(shop.shopper(), drop));
    String moved = "SELECT moved_at FROM drop_lines WHERE sold_out_at IS NOT NULL AND drop_id = $1";
    await().atMost(SOON).until(() -> !sql.column(moved, drop).isEmpty());
    // A step that began before may follow.
    Mono.delay(Duration.ofSeconds(1)).block();
    List<String> before = sql.column(moved, drop);
    Mono.delay(Duration.ofSeconds(1)).block();
    assertThat(sql.column(moved, drop)).isEqualTo(before);
    sql.run(
        """
        WITH supply AS (
          INSERT INTO stock_adjustments (product_id, delta, reason, adjusted_by)
          VALUES ($1, 1, 'supply', 'test'))
        UPDATE stock SET quantity = 1 WHERE product_id = $1
        """,
        product);
    eventually(10, 1, drop, "status = 'ADMITTED'");
  }

  private void laterOnesFollow(long drop, int before) {
    for (int i = 1; i <= 10; i++) {
      Answer later = shop.now(join(shop.shopper(), drop));
      assertThat(later.code()).isEqualTo(201);
      assertThat(later.body().get("number").asLong()).isEqualTo(before + i);
      assertThat(later.body().get("ahead").asLong()).isPositive();
    }
  }

  private Map<String, Long> numbers(long drop) {
    Map<String, Long> numbers = new HashMap<>();
    sql.column("SELECT number || ' ' || user_id FROM tickets WHERE drop_id = $1", drop)
        .forEach(row -> numbers.put(row.split(" ", 2)[1], Long.valueOf(row.split(" ", 2)[0])));
    return numbers;
  }

  private static List<String> inOrder(Map<String, Long> numbers) {
    return numbers.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Spearman's: arrivals and numbers are both 1 to n. */
  private static double correlation(List<Long> numbers) {
    double n = numbers.size();
    double squares =
        IntStream.range(0, numbers.size())
            .mapToDouble(i -> Math.pow(i + 1 - numbers.get(i), 2))
            .sum();
    return 1 - 6 * squares / (n * (n * n - 1));
  }

  @Test
  void sellsToNobodyButThoseWhoseTurnItIs() {
    long product = sql.product(1000, 100);
    long drop = shop.drop(PAST, ",\"line\":{\"ratePerSecond\":1,\"admissionSeconds\":5}", product);
    Shopper first = shop.shopper();
    Shopper second = shop.shopper();
    Shopper stranger = shop.shopper();
    shop.now(join(first, drop));
    shop.now(join(second, drop));
    IntStream.range(0, 20).forEach(i -> shop.now(join(shop.shopper(), drop)));
    Shopper last = shop.shopper();
    shop.now(join(last, drop));

    Answer early = shop.now(order(last, "k", product, 1));
    assertThat(early.outcome()).isEqualTo("409 NOT_YOUR_TURN");
    assertThat(early.body().get("dropId").asLong()).isEqualTo(drop);
    assertThat(early.body().get("number").asLong()).isEqualTo(23);
    assertThat(early.body().get("ahead").asLong()).isBetween(15L, 22L);
    assertThat(early.body().get("pollAfter").asLong()).isBetween(1L, 100L);
    eventually(20, 1, drop, "number = 1 AND status = 'ADMITTED'");
    Answer none = shop.now(order(stranger, "k", product, 1));
    assertThat(none.outcome()).isEqualTo("409 TICKET_REQUIRED");
    assertThat(none.body().has("number")).isFalse();
    assertThat(stock(product)).isEqualTo(100);

    assertThat(ticket(first, drop).get("status").asString()).isEqualTo("ADMITTED");
    assertThat(Instant.parse(ticket(first, drop).get("admittedUntil").asString()))
        .isBetween(Instant.now(), Instant.now().plusSeconds(6));
    assertThat(shop.now(order(first, "k", product, 2)).outcome()).isEqualTo("201");
    eventually(20, 1, drop, "number = 2 AND status = 'EXPIRED'");
    Answer late = shop.now(order(second, "k", product, 1));
    assertThat(late.outcome()).isEqualTo("409 ADMISSION_EXPIRED");
    assertThat(late.body().get("number").asLong()).isEqualTo(2);
    assertThat(shop.now(order(first, "k", product, 2)).isReplayed()).isTrue();
    assertThat(stock(product)).isEqualTo(98);

    Answer again = shop.now(join(second, drop));
    assertThat(again.code()).isEqualTo(201);
    assertThat(again.body().get("number").asLong()).isEqualTo(24);
    assertThat(again.body().get("admittedUntil").isNull()).isTrue();
  }

  private long stock(long product) {
    return sql.number("SELECT quantity FROM stock WHERE product_id = $1", product);
  }

  @Test
  void letsAUserLeaveAndComeBackAtTheEnd() {
    long drop = shop.drop(FUTURE, ",\"line\":{\"ratePerSecond\":1}", sql.product(1000, 100));
    Shopper one = shop.shopper();
    Shopper other = shop.shopper();
    assertThat(one.get("/drops/" + drop + "/ticket").outcome()).isEqualTo("404 TICKET_NOT_FOUND");
    assertThat(leave(one, drop).code()).isEqualTo(204);
    shop.now(join(one, drop));
    assertThat(leave(one, drop).code()).isEqualTo(204);
    assertThat(ticket(one, drop).get("status").asString()).isEqualTo("LEFT");
    shop.now(join(other, drop));
    opens(drop);
    assertThat(ticket(other, drop).get("number").asLong()).isEqualTo(1);
    Answer back = shop.now(join(one, drop));
    assertThat(back.code()).isEqualTo(201);
    assertThat(back.body().get("number").asLong()).isEqualTo(2);
    leave(one, drop);
    assertThat(shop.now(join(one, drop)).body().get("number").asLong()).isEqualTo(3);
    assertThat(line(drop).get("waiting").asLong()).isEqualTo(count(drop, "status = 'WAITING'"));
    shop.change(drop, "{\"closesAt\":\"2026-01-02T00:00:00Z\"}");
    assertThat(shop.now(join(shop.shopper(), drop)).outcome()).isEqualTo("409 DROP_NOT_OPEN");
  }

  private Answer leave(Shopper shopper, long drop) {
    return shop.now(leaving(shopper, drop));
  }

  private static Mono<Answer> leaving(Shopper shopper, long drop) {
    return shopper.sending(HttpMethod.DELETE, "/drops/" + drop + "/ticket");
  }

  @Test
  void admitsAtItsRateAndPassesOverThoseWhoAreNotThere() throws Exception {
    long drop =
        shop.drop(
            FUTURE,
            ",\"line\":{\"ratePerSecond\":50,\"absentAfterSeconds\":10}",
            sql.product(1000, 100_000));
    crowd.waits(drop, 1_500, 900);
    opens(drop);
    eventually(30, 1, drop, "number = 400 AND status = 'ADMITTED'");
    // Nobody counts as absent before ten seconds are known: the rate alone decides.
    assertThat(
            sql.number(
                """
                SELECT count(*) FROM tickets JOIN drop_lines l USING (drop_id)
                WHERE drop_id = $1 AND admitted_at > shuffled_at + interval '1 second'
                  AND admitted_at <= shuffled_at + interval '7 seconds'
                """,
                drop))
        .isBetween(285L, 315L);
    eventually(30, 600, drop, "status = 'ADMITTED' AND heard_at > now()");
    long passed = count(drop, "passed_at IS NOT NULL AND status = 'WAITING'");
    assertThat(passed).isBetween(300L, 800L);
    assertThat(count(drop, "heard_at > now() AND passed_at IS NOT NULL")).isZero();

    comesBack(drop, "now()", true);
    comesBack(drop, "now() - interval '6 minutes'", false);
  }

  /** One who comes back in time is next, and one who does not is at the end. */
  private void comesBack(long drop, String passedAt, boolean inTime) {
    String user =
        sql.column(
                "SELECT user_id FROM tickets WHERE drop_id = $1 AND passed_at IS NOT NULL"
                    + " AND status = 'WAITING' ORDER BY number LIMIT 1",
                drop)
            .get(0);
    sql.run(
        "UPDATE tickets SET passed_at = " + passedAt + " WHERE drop_id = $1 AND user_id = $2",
        drop,
        user);
    long number = number(drop, user);
    Shopper shopper = as(user);
    long told = ticket(shopper, drop).get("number").asLong();
    assertThat(told == number).isEqualTo(inTime);
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> assertThat(ticket(shopper, drop).get("status").asString()).isEqualTo("ADMITTED"));
    assertThat(number(drop, user)).isEqualTo(told);
  }

  private long number(long drop, String user) {
    return sql.number("SELECT number FROM tickets WHERE drop_id = $1 AND user_id = $2", drop, user);
  }

  @Test
  void offersWhatComesBackAfterTheSellOutToTheNextNumbers() {
    long product = sql.product(1000, 10);
    long drop = shop.drop(FUTURE, ",\"maxPerUser\":1,\"line\":{}", product);
    List<Shopper> shoppers = IntStream.range(0, 50).mapToObj(i -> shop.shopper()).toList();
    Shopper.atOnce(shoppers.stream().map(s -> join(s, drop)).toList());
    opens(drop);
    // 1.1 for each unit and ten.
    eventually(20, 21, drop, "status = 'ADMITTED'");
    List<Answer> answers =
        Shopper.atOnce(shoppers.stream().map(s -> order(s, "k", product, 1)).toList());
    assertThat(Shopper.outcomes(answers))
        .isEqualTo(Map.of("201", 10L, "409 INSUFFICIENT_STOCK", 11L, "409 NOT_YOUR_TURN", 29L));
    assertThat(count(drop, "used_up")).isEqualTo(10);
    await().atMost(SOON).until(() -> line(drop).get("soldOut").asBoolean());
    assertThat(count(drop, "status = 'ADMITTED'")).isEqualTo(21);

    sql.run(
        """
        UPDATE orders SET payment_due_at = now() WHERE id IN (
          SELECT order_id FROM order_items WHERE product_id = $1)
        """,
        product);
    eventually(20, 31, drop, "status = 'ADMITTED'");
    assertThat(count(drop, "status = 'ADMITTED' AND number BETWEEN 22 AND 31")).isEqualTo(10);
    assertThat(line(drop).get("admittedUpTo").asLong()).isEqualTo(31);
    assertThat(line(drop).get("waiting").asLong()).isEqualTo(19);
  }

  @Test
  void stopsTheTimeOfAdmissionsDuringAPause() {
    long product = sql.product(1000, 100);
    long drop = shop.drop(PAST, ",\"line\":{\"admissionSeconds\":5}", product);
    Shopper shopper = shop.shopper();
    shop.now(join(shopper, drop));
    eventually(10, 1, drop, "status = 'ADMITTED'");
    shop.change(drop, "{\"paused\":true}");
    // A minute goes by.
    sql.run(
        "UPDATE drop_lines SET paused_at = paused_at - interval '1 minute' WHERE drop_id = $1",
        drop);
    sql.run(
        "UPDATE tickets SET admitted_until = admitted_until - interval '1 minute' WHERE drop_id = $1",
        drop);
    assertThat(ticket(shopper, drop).get("status").asString()).isEqualTo("ADMITTED");
    shop.change(drop, "{\"paused\":false}");
    assertThat(ticket(shopper, drop).get("status").asString()).isEqualTo("ADMITTED");
    assertThat(shop.now(order(shopper, "k", product, 1)).outcome()).isEqualTo("201");
    eventually(10, 1, drop, "status = 'EXPIRED'");
  }

  @Test
  void keepsItsCursorAndItsSeedWhateverHappens() throws Exception {
    long product = sql.product(1000, 1_000);
    long drop = shop.drop(FUTURE, ",\"line\":{\"ratePerSecond\":100}", product);
    crowd.waits(drop, 500, 0);
    opens(drop);
    ConfigurableApplicationContext third = SecondShop.start();
    List<Long> cursor = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      cursor.add(line(drop).get("admittedUpTo").asLong());
      if (i == 10) {
        third.close();
      }
    }
    assertThat(cursor).isSorted();
    eventually(20, 500, drop, "status = 'ADMITTED'");
    assertThat(count(drop, "number BETWEEN 1 AND 500")).isEqualTo(500);
    assertRefused("UPDATE drop_lines SET admitted_up_to = 3 WHERE drop_id = " + drop);
    assertRefused("UPDATE drop_lines SET seed = sha256(seed) WHERE drop_id = " + drop);
    assertRefused("UPDATE drop_lines SET last_number = 3 WHERE drop_id = " + drop);
  }

  private void assertRefused(String statement) {
    assertThatThrownBy(() -> sql.run(statement)).hasMessageContaining("goes back");
  }

  /** As an instance of an older release would, which knows of no line. */
  @Test
  void holdsAlsoAgainstOneWhoDoesNotAsk() {
    long product = sql.product(1000, 100);
    long drop = shop.drop(PAST, ",\"line\":{}", product);
    String insert =
        """
        WITH made AS (
          INSERT INTO orders (id, user_id, status, subtotal, discount, total, fingerprint,
            created_at, payment_due_at)
          VALUES ($1, $3, 'PENDING', 1000, 0, 1000, $1, now(), now() + interval '1 minute'))
        INSERT INTO order_items (order_id, product_id, name, unit_price, quantity, drop_id)
        VALUES ($1, $2, 'test', 1000, 1, $4)
        """;
    Shopper shopper = shop.shopper();
    assertThatThrownBy(() -> sql.run(insert, UUID.randomUUID(), product, shopper.userId(), drop))
        .hasMessageContaining("has no admission");
    shop.now(join(shopper, drop));
    eventually(10, 1, drop, "status = 'ADMITTED'");
    sql.run(insert, UUID.randomUUID(), product, shopper.userId(), drop);
  }

  @Test
  void lineIsSetAndClearedOnlyWhileTheDropIsScheduled() {
    long drop = shop.drop(FUTURE, "", sql.product(1000, 100));
    assertThat(line(drop).isNull()).isTrue();
    Shopper shopper = shop.shopper();
    assertThat(shop.now(join(shopper, drop)).outcome()).isEqualTo("404 TICKET_NOT_FOUND");
    String hash =
        shop.change(drop, "{\"line\":{\"ratePerSecond\":5}}")
            .body()
            .at("/line/seedHash")
            .asString();
    assertThat(hash).matches("[0-9a-f]{64}");
    assertThat(shop.now(join(shopper, drop)).code()).isEqualTo(201);
    assertThat(shop.change(drop, "{\"line\":null}").body().get("line").isNull()).isTrue();
    assertThat(shop.now(join(shopper, drop)).outcome()).isEqualTo("404 TICKET_NOT_FOUND");
    // Nobody draws lots twice.
    assertThat(shop.change(drop, "{\"line\":{}}").body().at("/line/seedHash").asString())
        .isEqualTo(hash);
    opens(drop);
    shop.change(drop, "{\"line\":{\"ratePerSecond\":7}}");
    assertThat(patch(drop, "{\"line\":{\"admissionSeconds\":7}}")).isEqualTo("line");
    assertThat(patch(drop, "{\"line\":null}")).isEqualTo("line");
    assertThat(patch(drop, "{\"line\":{\"admissionSeconds\":4}}"))
        .isEqualTo("line.admissionSeconds");
    assertThat(patch(drop, "{\"line\":{\"speed\":4}}")).isEqualTo("line.speed");
  }

  /** The member that it was refused for. */
  private String patch(long drop, String body) {
    Answer answer = shop.operator.send(HttpMethod.PATCH, "/admin/drops/" + drop, body);
    assertThat(answer.outcome()).isEqualTo("400 INVALID_REQUEST");
    return answer.body().at("/errors/0/field").asString();
  }
}
