package dev.firstcome.shop.stock;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.infra.redis.Redis;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.ContextConfiguration;
import reactor.core.publisher.Flux;

/** Anybody can order what does not exist, as often as they like: it leaves nothing in Redis. */
@SpringBootTest(classes = Firstcome.class)
@ContextConfiguration(initializers = OwnStores.class)
@NullUnmarked
class UnknownProductsIT {

  private static final int ORDERS = 1000;
  private static final int LINES = 50;

  @Autowired StockGate gate;
  @Autowired Redis redis;

  private static Reservation order(int number) {
    long first = (1L << 40) + (long) number * LINES;
    Map<Long, Long> units =
        LongStream.range(first, first + LINES)
            .boxed()
            .collect(Collectors.toMap(id -> id, id -> 1L));
    return new Reservation(UUID.randomUUID(), new TreeMap<>(units));
  }

  /** Of all that there is, in bytes. */
  private long memory() {
    return redis
        .call(r -> r.keys("*"))
        .flatMapIterable(keys -> keys)
        .flatMap(key -> redis.call(r -> r.memoryUsage(key)))
        .reduce(0L, Long::sum)
        .block(SOON);
  }

  @Test
  void leavesRedisNoLargerAfterAThousandOrdersOfProductsThatDoNotExist() {
    long before = memory();
    long loaded =
        Flux.range(0, ORDERS)
            .map(UnknownProductsIT::order)
            .concatMap(order -> gate.reserve(List.of(order)))
            .filter(answer -> answer.get(0).unknown().size() == LINES)
            .count()
            .block(SOON);
    assertThat(loaded).isEqualTo(ORDERS);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(memory() - before).as("bytes").isLessThan(10_000));
  }
}
