package dev.firstcome.shop.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.Cable;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.engine.gate.DriftPage;
import dev.firstcome.engine.gate.DriftPage.Compared;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Two instances that compare, one of which may be cut off from Redis. */
@NullUnmarked
class TwoInstancesIT extends ComparedShop {

  private ConfigurableApplicationContext shopAtTheEndOf(Cable cable) {
    List<String> arguments = new ArrayList<>();
    for (String name :
        List.of(
            "spring.r2dbc.url",
            "spring.r2dbc.username",
            "spring.r2dbc.password",
            "firstcome.security.jwt-secret")) {
      arguments.add("--" + name + "=" + environment.getRequiredProperty(name));
    }
    URI near = URI.create(environment.getRequiredProperty("spring.data.redis.url"));
    arguments.add("--spring.data.redis.url=redis://127.0.0.1:" + cable.port() + near.getPath());
    arguments.add("--" + A_SLOW_MACHINE_IS_NO_OUTAGE);
    arguments.add("--" + A_LEASE_OUTLASTS_IT);
    arguments.add("--" + AND_PATIENCE_THE_LEASE);
    arguments.add("--firstcome.consistency.interval=200ms");
    arguments.add("--server.port=0");
    return new SpringApplicationBuilder(Firstcome.class).run(arguments.toArray(String[]::new));
  }

  private Cable cable() {
    URI near = URI.create(environment.getRequiredProperty("spring.data.redis.url"));
    return new Cable(near.getHost(), near.getPort());
  }

  private static int portOf(ConfigurableApplicationContext shop) {
    return shop.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
  }

  /** Nobody restarts, and what the one does the other's gate does not hear of. */
  @Test
  void healsWhatAnInstanceDidThatCouldNotReachRedis() throws Exception {
    try (Cable cable = cable();
        ConfigurableApplicationContext cutOff = shopAtTheEndOf(cable)) {
      int far = portOf(cutOff);
      await()
          .atMost(LIMIT)
          .until(() -> !admin(far).get("/admin/consistency").body().path("checkedAt").isNull());
      cable.cut();
      // One way and the other: generous by 5, then strict by 5.
      buy(far, 5);
      compareAll();
      assertThat(available()).isEqualTo("12");
      supply(far, 10);
      compareAll();
      clock.forward(LONG_ENOUGH);
      compareAll();
      assertThat(available()).isEqualTo("22").isEqualTo("" + quantity());

      String checkedAt = checkedAt(far);
      await()
          .during(Duration.ofSeconds(1))
          .atMost(LIMIT)
          .until(() -> checkedAt(far).equals(checkedAt));
      cable.mend();
      await().atMost(LIMIT).until(() -> !checkedAt(far).equals(checkedAt));
      buy(port, 22);
      assertThat(sold()).isEqualTo(SUPPLY + 10);
    }
  }

  private String checkedAt(int door) {
    Answer answer = admin(door).get("/admin/consistency");
    assertThat(answer.outcome()).isEqualTo("200");
    return answer.body().path("checkedAt").asString();
  }

  /**
   * Looks all through a storm on two instances, each order sent twice, that would repair whatever
   * they take for too strict at once: they never do, so a look is exact.
   */
  @Test
  void seesNothingThatIsNotThereWhileEverybodyOrders() throws Exception {
    long looks = meters.get("firstcome.lane.batch.size").tag("lane", "order").summary().count();
    List<Compared> seen = new ArrayList<>();
    sql.run("UPDATE stock SET quantity = 300 WHERE product_id = $1", product);
    redis.call(r -> r.flushdb()).block(LIMIT);
    long before = sold();
    try (Cable cable = cable();
        ConfigurableApplicationContext second = shopAtTheEndOf(cable)) {
      List<Mono<Answer>> requests = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        Shopper shopper = shopper(port, portOf(second));
        long units = 1 + i % 2;
        requests.add(buying(shopper, "k", units));
        requests.add(buying(shopper, "k", units));
      }
      CompletableFuture<List<Answer>> storm =
          Mono.fromCallable(() -> Shopper.atOnce(requests))
              .subscribeOn(Schedulers.boundedElastic())
              .toFuture();
      while (!storm.isDone()) {
        DriftPage look =
            comparison.look(DriftPage.START, 500, Map.of(product, -1_000_000L)).block(LIMIT);
        seen.addAll(look.compared());
      }
      assertThat(storm.get().stream().map(Answer::outcome).collect(Collectors.toSet()))
          .isSubsetOf("201", "409 INSUFFICIENT_STOCK");
      settled();
    }
    assertThat(meters.get("firstcome.lane.batch.size").tag("lane", "order").summary().count())
        .isGreaterThan(looks);
    loaded();
    assertThat(seen).isNotEmpty().noneMatch(one -> one.difference() < 0);
    DriftPage quiet = comparison.look(DriftPage.START, 500, Map.of()).block(LIMIT);
    assertThat(quiet.compared()).noneMatch(one -> one.difference() < 0);
    assertThat(available()).isEqualTo("" + quantity());
    assertThat(quantity() + sold() - before).isEqualTo(300);
  }

  /** On a slow machine every load of the storm may have been too late: one more order loads it. */
  private void loaded() {
    await()
        .atMost(LIMIT)
        .until(
            () -> {
              Shopper.atOnce(List.of(buying(shopper(port), "k", 1)));
              return available() != null;
            });
    settled();
  }
}
