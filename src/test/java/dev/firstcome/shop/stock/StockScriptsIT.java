package dev.firstcome.shop.stock;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.shop.stock.Admission.Outcome;
import dev.firstcome.shop.stock.StockRefusal.Shortage;
import io.lettuce.core.cluster.SlotHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The gate's scripts alone, on a real Redis, with products that only they know. */
@ShopTest
class StockScriptsIT {

  @Autowired private StockScripts scripts;
  @Autowired private Redis redis;

  /** No database makes such ids. */
  private final long tea = ThreadLocalRandom.current().nextLong(1L << 40, 1L << 52);

  @Autowired private StockSettings settings;

  /** In the same partition, however many there are. */
  private long cup;

  private Partition partition = new Partition(0, 1);
  private final List<UUID> ours = new ArrayList<>();

  @BeforeEach
  void findTheirPartition() {
    partition = Partition.of(tea, settings.partitions());
    cup = tea + settings.partitions();
  }

  @AfterEach
  void leaveNothing() {
    settle(List.of(), ours, List.of(tea, cup));
  }

  private static <T> T now(Mono<T> call) {
    return requireNonNull(call.block(SOON));
  }

  private UUID order() {
    UUID id = UUID.randomUUID();
    ours.add(id);
    return id;
  }

  /** Product, units, product, units … */
  private static Reservation wants(UUID order, long... productsAndUnits) {
    TreeMap<Long, Long> units = new TreeMap<>();
    for (int i = 0; i < productsAndUnits.length; i += 2) {
      units.put(productsAndUnits[i], productsAndUnits[i + 1]);
    }
    return new Reservation(order, units);
  }

  private List<Admission> reserve(Reservation... reservations) {
    return now(scripts.reserve(partition, List.of(reservations)));
  }

  private Outcome word(Reservation reservation) {
    return reserve(reservation).get(0).word();
  }

  private void settle(List<UUID> confirmed, List<UUID> released, List<Long> forget) {
    scripts.settle(partition, confirmed, released, forget).block(SOON);
  }

  private void release(UUID... orders) {
    settle(List.of(), List.of(orders), List.of());
  }

  private void confirm(UUID... orders) {
    settle(List.of(orders), List.of(), List.of());
  }

  private void stock(long product, long units) {
    String token = UUID.randomUUID().toString();
    now(scripts.beginLoad(partition, token, List.of(product)));
    scripts.load(partition, token, List.of(product), Map.of(product, units), List.of()).block(SOON);
  }

  private String available(long product) {
    return now(
        redis
            .call(r -> r.hget(partition.key("available"), Long.toString(product)))
            .defaultIfEmpty("not loaded"));
  }

  private boolean holds(UUID order) {
    String id = order.toString();
    boolean lines = now(redis.call(r -> r.hexists(partition.key("lines"), id)));
    boolean open = redis.call(r -> r.zscore(partition.key("held"), id)).block(SOON) != null;
    assertThat(lines).as("a held order is known together with its lines").isEqualTo(open);
    return open;
  }

  @Test
  void namesTheProductsThatItHasNotLoaded() {
    stock(tea, 5);
    Admission answer = reserve(wants(order(), tea, 1, cup, 1)).get(0);
    assertThat(answer.word()).isEqualTo(Outcome.NOT_LOADED);
    assertThat(answer.unknown()).containsExactly(cup);
    assertThat(available(tea)).isEqualTo("5");
  }

  @Test
  void takesAllLinesOfAnOrderOrNone() {
    stock(tea, 5);
    stock(cup, 1);
    UUID first = order();
    UUID second = order();
    List<Admission> answers = reserve(wants(first, tea, 2, cup, 1), wants(second, tea, 2, cup, 1));

    assertThat(answers).extracting(Admission::word).containsExactly(Outcome.HELD, Outcome.SHORT);
    assertThat(available(tea)).isEqualTo("3");
    assertThat(available(cup)).isEqualTo("0");
    assertThat(holds(first)).isTrue();
    assertThat(holds(second)).isFalse();
  }

  @Test
  void saysForEachShortProductWhatIsAvailable() {
    stock(tea, 5);
    stock(cup, 1);
    assertThat(reserve(wants(order(), tea, 6, cup, 9)).get(0).shortages())
        .containsExactly(new Shortage(tea, 6, 5), new Shortage(cup, 9, 1));
    assertThat(reserve(wants(order(), tea, 5, cup, 2)).get(0).shortages())
        .containsExactly(new Shortage(cup, 2, 1));
  }

  /** Anybody can name products that do not exist, as many as they like. */
  @Test
  void leavesNothingOfALoadOfProductsThatDoNotExist() {
    String token = UUID.randomUUID().toString();
    now(scripts.beginLoad(partition, token, List.of(tea, cup)));
    assertThat(redis.call(r -> r.ttl(partition.key("loading"))).block(SOON)).isBetween(1L, 60L);
    scripts.load(partition, token, List.of(tea, cup), Map.of(), List.of()).block(SOON);
    for (long product : List.of(tea, cup)) {
      assertThat(available(product)).isEqualTo("not loaded");
      assertThat(redis.call(r -> r.hexists(partition.key("loading"), "" + product)).block(SOON))
          .isFalse();
    }
  }

  @Test
  void servesABatchInTheOrderOfArrival() {
    stock(tea, 3);
    assertThat(reserve(wants(order(), tea, 2), wants(order(), tea, 2), wants(order(), tea, 1)))
        .extracting(Admission::word)
        .containsExactly(Outcome.HELD, Outcome.SHORT, Outcome.HELD);
    assertThat(available(tea)).isEqualTo("0");
  }

  @Test
  void doesNotTakeAgainForAnOrderThatHoldsAlready() {
    stock(tea, 3);
    UUID order = order();
    assertThat(reserve(wants(order, tea, 2), wants(order, tea, 2)))
        .extracting(Admission::word)
        .containsExactly(Outcome.HELD, Outcome.ALREADY_HELD);
    assertThat(word(wants(order, tea, 2))).isEqualTo(Outcome.ALREADY_HELD);
    assertThat(available(tea)).isEqualTo("1");
  }

  @Test
  void takesExactlyWhatThereIsOverManyBatchesAtOnce() {
    stock(tea, 50);
    List<Outcome> words =
        now(
            Flux.range(0, 20)
                .map(i -> List.of(wants(order(), tea, 1), wants(order(), tea, 2)))
                .collectList()
                .flatMapMany(Flux::fromIterable)
                .flatMap(batch -> scripts.reserve(partition, batch), 20)
                .flatMapIterable(answers -> answers)
                .map(Admission::word)
                .collectList());

    assertThat(words).hasSize(40).containsOnly(Outcome.HELD, Outcome.SHORT);
    assertThat(available(tea)).isEqualTo("0");
    assertThat(ours.stream().filter(this::holds).count())
        .isEqualTo(words.stream().filter(Outcome.HELD::equals).count());
  }

  @Test
  void givesBackExactlyWhatWasTakenOnceHoweverOftenItIsReleased() {
    stock(tea, 5);
    stock(cup, 5);
    UUID order = order();
    reserve(wants(order, tea, 2, cup, 3));
    release(order);
    release(order);
    assertThat(available(tea)).isEqualTo("5");
    assertThat(available(cup)).isEqualTo("5");
    assertThat(holds(order)).isFalse();
  }

  @Test
  void keepsWhatIsConfirmedAndNoLongerHoldsIt() {
    stock(tea, 5);
    UUID order = order();
    reserve(wants(order, tea, 2));
    confirm(order);
    confirm(order);
    release(order);
    assertThat(available(tea)).isEqualTo("3");
    assertThat(holds(order)).isFalse();
  }

  @Test
  void takesNoHarmFromTheEndOfAnOrderThatItDoesNotKnow() {
    stock(tea, 5);
    release(UUID.randomUUID());
    confirm(UUID.randomUUID());
    assertThat(available(tea)).isEqualTo("5");
  }

  @Test
  void forgetsAProductAndDoesNotInventItWhenAnOrderGivesItBack() {
    stock(tea, 5);
    stock(cup, 5);
    UUID order = order();
    reserve(wants(order, tea, 2, cup, 2));
    settle(List.of(), List.of(), List.of(tea));
    assertThat(word(wants(order(), tea, 1))).isEqualTo(Outcome.NOT_LOADED);
    release(order);
    assertThat(available(tea)).isEqualTo("not loaded");
    assertThat(available(cup)).isEqualTo("5");
  }

  @Test
  void loadsWhatTheDatabaseHasLessWhatIsHeldAndNotCommitted() {
    stock(tea, 10);
    UUID committed = order();
    UUID open = order();
    UUID ended = order();
    reserve(wants(committed, tea, 1), wants(open, tea, 2, cup, 1), wants(ended, tea, 4));
    assertThat(holds(open)).as("a product was not loaded").isFalse();
    stock(cup, 10);
    reserve(wants(open, tea, 2, cup, 1));

    // The database has committed one of them: its 9 are without it, and it is not named.
    String token = UUID.randomUUID().toString();
    List<UUID> held = now(scripts.beginLoad(partition, token, List.of(tea)));
    assertThat(held).contains(committed, open, ended);
    release(ended);
    scripts.load(partition, token, List.of(tea), Map.of(tea, 9L), List.of(open, ended)).block(SOON);

    assertThat(available(tea)).as("9 less the 2 that are held").isEqualTo("7");
    assertThat(available(cup)).as("not a part of this load").isEqualTo("9");
  }

  @Test
  void setsNothingWhenTheProductWasForgottenDuringTheLoad() {
    String token = UUID.randomUUID().toString();
    now(scripts.beginLoad(partition, token, List.of(tea, cup)));
    settle(List.of(), List.of(), List.of(tea));
    scripts
        .load(partition, token, List.of(tea, cup), Map.of(tea, 5L, cup, 5L), List.of())
        .block(SOON);
    assertThat(available(tea)).isEqualTo("not loaded");
    assertThat(available(cup)).isEqualTo("5");
  }

  @Test
  void setsNothingWhenALaterLoadHasOvertakenThisOne() {
    String early = UUID.randomUUID().toString();
    String late = UUID.randomUUID().toString();
    now(scripts.beginLoad(partition, early, List.of(tea)));
    now(scripts.beginLoad(partition, late, List.of(tea)));
    scripts.load(partition, late, List.of(tea), Map.of(tea, 8L), List.of()).block(SOON);
    scripts.load(partition, early, List.of(tea), Map.of(tea, 5L), List.of()).block(SOON);
    assertThat(available(tea)).isEqualTo("8");
  }

  @Test
  void healsWhenRedisHasForgottenItsScripts() {
    now(redis.call(r -> r.scriptFlush()));
    stock(tea, 5);
    now(redis.call(r -> r.scriptFlush()));
    UUID order = order();
    assertThat(word(wants(order, tea, 2))).isEqualTo(Outcome.HELD);
    now(redis.call(r -> r.scriptFlush()));
    release(order);
    assertThat(available(tea)).isEqualTo("5");
  }

  @Test
  void keepsAllItsKeysInOneSlot() {
    stock(tea, 5);
    UUID order = order();
    reserve(wants(order, tea, 1));
    now(scripts.beginLoad(partition, "token", List.of(cup)));
    List<String> keys = now(redis.call(r -> r.keys(partition.key("*"))));
    // A comparison may be under way meanwhile, or not.
    assertThat(keys).hasSizeBetween(4, 5);
    assertThat(keys.stream().map(SlotHash::getSlot).distinct()).hasSize(1);
  }
}
