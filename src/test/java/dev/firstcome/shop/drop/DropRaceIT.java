package dev.firstcome.shop.drop;

import static dev.firstcome.harness.Patience.SOON;
import static dev.firstcome.shop.drop.DropShop.order;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.harness.Patience;
import dev.firstcome.infra.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Crowds at two instances at once, against every limit; then the rows are counted. */
@ShopTest
class DropRaceIT {

  /** From the opening to the first order, on the machine that limits are written for. */
  private static final Duration AT_ONCE = Duration.ofMillis(200);

  private static final Instant PAST = Instant.parse("2026-01-01T00:00:00Z");

  @Autowired private Tokens tokens;
  @Autowired private Database database;
  @LocalServerPort private int port;
  private DropShop shop;
  private Sql sql;

  @BeforeEach
  void open() {
    shop = new DropShop(tokens, port);
    sql = new Sql(database);
  }

  /** Units that the product's users have in paid and unpaid orders; the most of any, or all. */
  private long units(String aggregate, long... products) {
    return sql.number(
        """
        SELECT coalesce(%s(units), 0)::bigint FROM (
          SELECT sum(quantity) AS units FROM orders JOIN order_items ON order_id = id
          WHERE product_id = ANY($1) AND status IN ('PENDING', 'PAID') GROUP BY user_id) AS of_users
        """
            .formatted(aggregate),
        (Object) java.util.Arrays.stream(products).boxed().toArray(Long[]::new));
  }

  private long stock(long product) {
    return sql.number("SELECT quantity FROM stock WHERE product_id = $1", product);
  }

  @Test
  void letsOneUserHaveTwoThoughAHundredOrdersComeAtOnce() {
    long product = sql.product(1000, 1000);
    shop.limit(product, "2");
    Shopper shopper = shop.shopper();
    List<Answer> answers = Shopper.atOnce(100, i -> order(shopper, "k" + i, product, 1));

    assertThat(Shopper.outcomes(answers))
        .isEqualTo(Map.of("201", 2L, "409 PURCHASE_LIMIT_EXCEEDED", 98L));
    assertThat(answers)
        .filteredOn(answer -> answer.code() == 409)
        .allSatisfy(
            answer -> {
              assertThat(answer.body().get("productId").asLong()).isEqualTo(product);
              assertThat(answer.body().get("limit").asLong()).isEqualTo(2);
              assertThat(answer.body().get("bought").asLong()).isZero();
              assertThat(answer.body().get("pending").asLong()).isEqualTo(2);
              assertThat(answer.body().get("requested").asLong()).isEqualTo(1);
            });
    assertThat(stock(product)).isEqualTo(998);
  }

  @Test
  void sellsAllOfItAndNobodyMoreThanTwo() {
    long product = sql.product(1000, 600);
    shop.limit(product, "2");
    List<Mono<Answer>> requests = new ArrayList<>();
    for (int user = 0; user < 500; user++) {
      Shopper shopper = shop.shopper();
      IntStream.range(0, 4).forEach(i -> requests.add(order(shopper, "k" + i, product, 1)));
    }
    Map<String, Long> outcomes = Shopper.outcomes(Shopper.atOnce(requests));

    assertThat(outcomes.keySet())
        .isSubsetOf(Set.of("201", "409 PURCHASE_LIMIT_EXCEEDED", "409 INSUFFICIENT_STOCK"));
    assertThat(outcomes.get("201")).isEqualTo(600);
    assertThat(units("sum", product)).isEqualTo(600);
    assertThat(units("max", product)).isEqualTo(2);
    assertThat(stock(product)).isZero();
  }

  @Test
  void countsADropsLimitOverItsProductsThoughOrdersNameThemInOppositeOrders() {
    long[] p = {sql.product(1000, 1000), sql.product(1000, 1000), sql.product(1000, 1000)};
    long drop = shop.drop(PAST, ",\"maxPerUser\":4", p);
    List<Shopper> shoppers = IntStream.range(0, 10).mapToObj(i -> shop.shopper()).toList();
    List<Mono<Answer>> requests = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      for (Shopper shopper : shoppers) {
        long one = p[i % 3];
        long other = p[(i + 1 + i % 2) % 3];
        requests.add(
            i % 2 == 0
                ? order(shopper, "k" + i, one, 1, other, 1)
                : order(shopper, "k" + i, other, 1, one, 1));
      }
    }
    List<Answer> answers = Shopper.atOnce(requests);

    assertThat(Shopper.outcomes(answers))
        .isEqualTo(Map.of("201", 20L, "409 PURCHASE_LIMIT_EXCEEDED", 380L));
    assertThat(answers)
        .filteredOn(answer -> answer.code() == 409)
        .allSatisfy(
            answer -> {
              assertThat(answer.body().get("dropId").asLong()).isEqualTo(drop);
              assertThat(answer.body().get("pending").asLong()).isEqualTo(4);
              assertThat(answer.body().get("requested").asLong()).isEqualTo(2);
            });
    assertThat(units("max", p)).isEqualTo(4);
    assertThat(units("sum", p)).isEqualTo(40);
  }

  @Test
  void givesAnAllowanceBackOnceHoweverOftenAnOrderIsCancelled() {
    long product = sql.product(1000, 1000);
    shop.limit(product, "2");
    Shopper shopper = shop.shopper();
    String first = shop.now(order(shopper, "a", product, 1)).body().get("id").asString();
    shop.now(order(shopper, "b", product, 1));
    List<Answer> cancelled =
        Shopper.atOnce(64, i -> shopper.sending(HttpMethod.POST, "/orders/" + first + "/cancel"));
    assertThat(cancelled).allMatch(answer -> answer.code() == 200);

    assertThat(Shopper.outcomes(Shopper.atOnce(20, i -> order(shopper, "c" + i, product, 1))))
        .isEqualTo(Map.of("201", 1L, "409 PURCHASE_LIMIT_EXCEEDED", 19L));
    assertThat(units("max", product)).isEqualTo(2);
    assertThat(stock(product)).isEqualTo(998);
  }

  @Test
  void givesAnAllowanceBackWhenAnOrderExpiresOrIsRefunded() {
    long product = sql.product(1000, 1000);
    shop.limit(product, "2");
    Shopper shopper = shop.shopper();
    shopper.send(HttpMethod.PATCH, "/points", "c", "{\"amount\":5000}");
    String late = shop.now(order(shopper, "a", product, 1)).body().get("id").asString();
    String paid = shop.now(order(shopper, "b", product, 1)).body().get("id").asString();
    shop.now(shopper.sending(HttpMethod.POST, "/payments", "p", "{\"orderId\":\"" + paid + "\"}"));
    assertThat(shop.now(order(shopper, "c", product, 1)).outcome())
        .isEqualTo("409 PURCHASE_LIMIT_EXCEEDED");
    shop.now(shopper.sending(HttpMethod.POST, "/orders/" + paid + "/cancel"));
    assertThat(shop.now(order(shopper, "c", product, 1)).outcome()).isEqualTo("201");
    sql.run("UPDATE orders SET payment_due_at = now() WHERE id = $1", UUID.fromString(late));

    // Whoever finds it overdue ends it, so this waits for nothing.
    shop.now(shopper.sending(HttpMethod.POST, "/orders/" + late + "/cancel"));
    assertThat(shop.now(order(shopper, "d", product, 1)).outcome()).isEqualTo("201");
    assertThat(shop.now(order(shopper, "e", product, 1)).outcome())
        .isEqualTo("409 PURCHASE_LIMIT_EXCEEDED");
  }

  @Test
  void sellsNothingBeforeTheOpeningAndTheFirstAtOnceAfterIt() {
    long product = sql.product(1000, 10_000);
    shop.now(order(shop.shopper(), "warm", product, 1));
    Instant opensAt = Instant.now().plusSeconds(3);
    shop.drop(opensAt, "", product);
    List<Shopper> shoppers = IntStream.range(0, 50).mapToObj(i -> shop.shopper()).toList();
    List<Answer> answers =
        Flux.fromIterable(shoppers)
            .flatMap(shopper -> until(shopper, product), shoppers.size())
            .collectList()
            .block(SOON);

    assertThat(answers).extracting(Answer::code).containsOnly(201);
    Instant first =
        requireNonNull(answers).stream()
            .map(answer -> Instant.parse(answer.body().get("createdAt").asString()))
            .min(Instant::compareTo)
            .orElseThrow();
    assertThat(first).isBetween(opensAt, opensAt.plus(Patience.of(AT_ONCE)));
  }

  /** Hammers until it has an order. */
  private static Mono<Answer> until(Shopper shopper, long product) {
    Mono<Answer> order = order(shopper, "k", product, 1);
    return order
        .expand(
            answer ->
                answer.code() == 409
                    ? order.delaySubscription(Duration.ofMillis(20))
                    : Mono.empty())
        .take(1000)
        .last();
  }

  @Test
  void commitsNothingAfterAPauseWasAnsweredAndLosesNoUnitByIt() {
    long product = sql.product(1000, 2000);
    long drop = shop.drop(PAST, "", product);
    List<Mono<Answer>> crowd =
        IntStream.range(0, 2000).mapToObj(i -> order(shop.shopper(), "k", product, 1)).toList();
    Mono<Long> paused =
        Mono.delay(Duration.ofMillis(300))
            .then(
                shop.operator.sending(
                    HttpMethod.PATCH, "/admin/drops/" + drop, "pause", "{\"paused\":true}"))
            .doOnNext(answer -> assertThat(answer.code()).isEqualTo(200))
            .then(
                Mono.fromCallable(() -> units("sum", product))
                    .subscribeOn(Schedulers.boundedElastic()));
    var both =
        Mono.zip(Flux.fromIterable(crowd).flatMap(a -> a, 400).collectList(), paused).block(SOON);

    Map<String, Long> outcomes = Shopper.outcomes(requireNonNull(both).getT1());
    assertThat(outcomes.keySet()).isSubsetOf(Set.of("201", "409 DROP_NOT_OPEN"));
    assertThat(units("sum", product))
        .isEqualTo(outcomes.getOrDefault("201", 0L))
        .isEqualTo(both.getT2());
    shop.change(drop, "{\"paused\":false}");
    long left = stock(product);
    List<Answer> rest =
        Flux.range(0, (int) left)
            .flatMap(i -> until(shop.shopper(), product), 400)
            .collectList()
            .block(SOON);
    assertThat(rest).extracting(Answer::code).containsOnly(201);
    assertThat(stock(product)).isZero();
  }
}
