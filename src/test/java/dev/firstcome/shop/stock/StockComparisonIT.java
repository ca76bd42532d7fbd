package dev.firstcome.shop.stock;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.dev.Sql;
import dev.firstcome.engine.gate.DriftPage;
import dev.firstcome.engine.gate.DriftPage.Compared;
import dev.firstcome.engine.gate.GateSweeps;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.shop.stock.Admission.Outcome;
import dev.firstcome.shop.stock.StockScripts.Begun;
import dev.firstcome.shop.stock.StockScripts.Level;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestPropertySource;

/** The gate against the database, with nobody else who compares. */
@SpringBootTest(classes = Firstcome.class)
@ContextConfiguration(initializers = OwnStores.class)
@TestPropertySource(properties = "firstcome.consistency.interval=1h")
@NullUnmarked
class StockComparisonIT {

  private static final Partition ALL = new Partition(0, 1);
  private static final String AVAILABLE = "stock:{0}:available";

  @Autowired StockComparison comparison;
  @Autowired StockScripts scripts;
  @Autowired GateSweeps sweeps;
  @Autowired StockGate gate;
  @Autowired Database database;
  @Autowired Redis redis;
  @Autowired Clock clock;

  private final List<UUID> ours = new ArrayList<>();
  private Sql sql;
  private long tea;
  private long cup;

  @BeforeEach
  void loadTwoProducts() {
    sql = new Sql(database);
    tea = sql.product(1000, 10);
    cup = sql.product(1000, 5);
    load(tea, cup);
  }

  @AfterEach
  void leaveNothing() {
    scripts.settle(ALL, List.of(), ours, List.of(tea, cup)).block(SOON);
  }

  private void load(Long... products) {
    gate.load(List.of(products)).block(SOON);
  }

  private UUID hold(long product, long units) {
    return hold(UUID.randomUUID(), product, units);
  }

  private UUID hold(UUID order, long product, long units) {
    ours.add(order);
    Reservation wish = new Reservation(order, new TreeMap<>(Map.of(product, units)));
    assertThat(scripts.reserve(ALL, List.of(wish)).block(SOON).get(0).word())
        .isEqualTo(Outcome.HELD);
    return order;
  }

  private UUID holdLongAgo(UUID order, long product, long units) {
    hold(order, product, units);
    redis.call(r -> r.zadd("stock:{0}:held", 1.0, order.toString())).block(SOON);
    return order;
  }

  /** As an order's transaction does it. */
  private void commit(UUID order, long product, long units) {
    sql.run(
        """
        WITH placed AS (
          INSERT INTO orders (id, user_id, status, subtotal, discount, total, fingerprint,
                              created_at, payment_due_at)
          VALUES ($1, 'test', 'PENDING', 0, 0, 0, $1, now(), now() + interval '1 hour'))
        UPDATE stock SET quantity = quantity - $3 WHERE product_id = $2
        """,
        order,
        product,
        units);
  }

  private void changeBehindTheGatesBack(long product, long delta) {
    sql.run("UPDATE stock SET quantity = quantity + $2 WHERE product_id = $1", product, delta);
  }

  private void confirm(UUID order) {
    scripts.settle(ALL, List.of(order), List.of(), List.of()).block(SOON);
  }

  private void release(UUID order) {
    scripts.settle(ALL, List.of(), List.of(order), List.of()).block(SOON);
  }

  private String available(long product) {
    return redis.call(r -> r.hget(AVAILABLE, "" + product)).block(SOON);
  }

  private List<Compared> look(long product, Map<Long, Long> lasting) {
    DriftPage look = comparison.look(DriftPage.START, 1000, lasting).block(SOON);
    return look.compared().stream().filter(one -> one.id() == product).toList();
  }

  private List<Compared> look(long product) {
    return look(product, Map.of());
  }

  @Test
  void findsEqualWhatIsEqualWithWhatIsHeldAndNotCommittedCounted() {
    UUID order = hold(tea, 4);
    assertThat(look(tea)).containsExactly(new Compared(tea, 10, 10, false));
    commit(order, tea, 4);
    confirm(order);
    assertThat(look(tea)).containsExactly(new Compared(tea, 6, 6, false));
    assertThat(available(tea)).isEqualTo("6");
  }

  /** It may be confirmed or, being a repetition, released: only its end tells. */
  @Test
  void isSilentWhileAnOrderIsHeldThatTheDatabaseHas() {
    UUID order = hold(tea, 4);
    commit(order, tea, 4);
    assertThat(look(tea)).isEmpty();
    assertThat(look(cup)).containsExactly(new Compared(cup, 5, 5, false));
    confirm(order);
    assertThat(look(tea)).containsExactly(new Compared(tea, 6, 6, false));
  }

  private enum Move {
    HOLD,
    RELEASE,
    CONFIRM,
    LOAD,
    FORGET,
    FLUSH
  }

  private void move(Move move, UUID held) {
    switch (move) {
      case HOLD -> hold(tea, 1);
      case RELEASE -> release(held);
      case CONFIRM -> confirm(held);
      case LOAD -> load(tea);
      case FORGET -> scripts.settle(ALL, List.of(), List.of(), List.of(tea)).block(SOON);
      case FLUSH -> {
        redis.call(r -> r.flushdb()).block(SOON);
        load(tea, cup);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void isSilentAboutWhateverMovedSinceItBegan(Move move) {
    UUID held = hold(tea, 2);
    Begun begun = scripts.beginCompare(ALL, "token", DriftPage.START, 1000).block(SOON);
    assertThat(begun.products()).contains(tea, cup);
    assertThat(begun.held()).contains(held);
    move(move, held);
    String before = available(tea);
    // Numbers that would be corrected at once, if it were not for the fence.
    List<Level> levels = List.of(new Level(tea, 100, 100), new Level(cup, 5, 0));
    List<String> words =
        scripts.compare(ALL, "token", levels, begun.held(), begun.held()).block(SOON);

    assertThat(words)
        .containsExactly("INCONCLUSIVE", move == Move.FLUSH ? "INCONCLUSIVE" : "COMPARED 5");
    assertThat(available(tea)).isEqualTo(before);
  }

  @Test
  void isNotDisturbedByWhatIsRefused() {
    UUID held = hold(tea, 10);
    Begun begun = scripts.beginCompare(ALL, "token", DriftPage.START, 1000).block(SOON);
    for (UUID order : List.of(held, UUID.randomUUID())) {
      Reservation more = new Reservation(order, new TreeMap<>(Map.of(tea, 1L)));
      scripts.reserve(ALL, List.of(more)).block(SOON);
    }
    confirm(UUID.randomUUID());
    release(UUID.randomUUID());
    List<Level> levels = List.of(new Level(tea, 10, 0));
    assertThat(scripts.compare(ALL, "token", levels, begun.held(), begun.held()).block(SOON))
        .containsExactly("COMPARED 10");
  }

  @Test
  void speaksOnlyForTheComparisonThatBeganLast() {
    scripts.beginCompare(ALL, "first", DriftPage.START, 1000).block(SOON);
    scripts.beginCompare(ALL, "second", DriftPage.START, 1000).block(SOON);
    List<Level> levels = List.of(new Level(tea, 10, 0));
    assertThat(scripts.compare(ALL, "first", levels, List.of(), List.of()).block(SOON))
        .containsExactly("INCONCLUSIVE");
    assertThat(scripts.compare(ALL, "second", levels, List.of(), List.of()).block(SOON))
        .containsExactly("COMPARED 10");
    assertThat(scripts.compare(ALL, "second", levels, List.of(), List.of()).block(SOON))
        .as("once")
        .containsExactly("INCONCLUSIVE");
  }

  @Test
  void leavesNoTokensBehindNotEvenOfAComparisonThatCrashed() {
    look(tea);
    assertThat(redis.call(r -> r.exists("stock:{0}:comparing")).block(SOON)).isZero();
    scripts.beginCompare(ALL, "crashed", DriftPage.START, 1000).block(SOON);
    assertThat(redis.call(r -> r.ttl("stock:{0}:comparing")).block(SOON)).isBetween(1L, 60L);
    look(tea);
    assertThat(redis.call(r -> r.exists("stock:{0}:comparing")).block(SOON)).isZero();
  }

  @Test
  void correctsAtOnceWhatIsTooGenerousThoughSomethingIsHeld() {
    hold(tea, 2);
    changeBehindTheGatesBack(tea, -3);
    assertThat(look(tea)).containsExactly(new Compared(tea, 10, 7, true));
    assertThat(available(tea)).isEqualTo("5");
    assertThat(look(tea)).containsExactly(new Compared(tea, 7, 7, false));
  }

  @Test
  void raisesNoFurtherThanWhatHasLasted() {
    hold(tea, 2);
    changeBehindTheGatesBack(tea, 5);
    assertThat(look(tea)).containsExactly(new Compared(tea, 10, 15, false));
    assertThat(look(tea, Map.of(tea, 5L))).as("the other way").hasSize(1);
    assertThat(available(tea)).isEqualTo("8");
    assertThat(look(tea, Map.of(tea, -3L))).containsExactly(new Compared(tea, 10, 15, true));
    assertThat(available(tea)).isEqualTo("11");
    assertThat(look(tea, Map.of(tea, -100L))).containsExactly(new Compared(tea, 13, 15, true));
    assertThat(look(tea)).containsExactly(new Compared(tea, 15, 15, false));
    assertThat(available(tea)).isEqualTo("13");
  }

  /** A repetition holds again what its order took, and its process dies before it gives it back. */
  @Test
  void findsWhatARepetitionHeldAndTheSweepTookForItsOrders() {
    UUID order = hold(tea, 4);
    commit(order, tea, 4);
    confirm(order);
    holdLongAgo(order, tea, 4);
    sweeps.sweep("stock").block(SOON);
    assertThat(look(tea)).containsExactly(new Compared(tea, 2, 6, false));
  }

  @Test
  void givesATimeToLinesWithoutOneSoThatTheSweepFindsThem() {
    UUID order = hold(tea, 4);
    redis.call(r -> r.zrem("stock:{0}:held", order.toString())).block(SOON);
    assertThat(look(tea)).containsExactly(new Compared(tea, 10, 10, false));
    Double time = redis.call(r -> r.zscore("stock:{0}:held", order.toString())).block(SOON);
    assertThat(time).isCloseTo(clock.instant().toEpochMilli(), Offset.offset(20_000.0));
  }

  /**
   * Its units are known to nobody: the sweep takes it out, the comparison finds what is missing.
   */
  @Test
  void findsWhatWasHeldByATimeWithoutLines() {
    UUID order = holdLongAgo(UUID.randomUUID(), tea, 4);
    redis.call(r -> r.hdel("stock:{0}:lines", order.toString())).block(SOON);
    assertThat(look(tea)).containsExactly(new Compared(tea, 6, 10, false));
    sweeps.sweep("stock").block(SOON);
    assertThat(redis.call(r -> r.zcard("stock:{0}:held")).block(SOON)).isZero();
    assertThat(look(tea, Map.of(tea, -4L))).containsExactly(new Compared(tea, 6, 10, true));
  }

  @Test
  void leavesAloneWhatTheDatabaseDoesNotKnow() {
    redis.call(r -> r.hset(AVAILABLE, "4503599627370495", "7")).block(SOON);
    assertThat(look(4503599627370495L)).isEmpty();
    assertThat(available(4503599627370495L)).isEqualTo("7");
    scripts.settle(ALL, List.of(), List.of(), List.of(4503599627370495L)).block(SOON);
  }

  @Test
  void walksThroughAllThatIsLoadedInParts() {
    List<Long> many = IntStream.range(0, 1500).mapToObj(i -> sql.product(1, i)).toList();
    gate.load(many).block(SOON);
    List<Long> seen = new ArrayList<>();
    String cursor = DriftPage.START;
    int looks = 0;
    do {
      DriftPage look = comparison.look(cursor, 100, Map.of()).block(SOON);
      look.compared().forEach(one -> seen.add(one.id()));
      assertThat(look.compared()).hasSizeLessThan(300).allMatch(one -> one.difference() == 0);
      cursor = look.next();
      looks++;
    } while (!cursor.equals(DriftPage.START));

    assertThat(seen).containsAll(many);
    assertThat(looks).isGreaterThan(5);
    scripts.settle(ALL, List.of(), List.of(), many).block(SOON);
  }

  /** A sweep that has more to do says so, and comes to an end. */
  @Test
  void comesToAnEndWithMoreThanOneSweepOfLeftOrders() {
    long sand = sql.product(1, 10_000);
    load(sand);
    IntStream.range(0, 501).forEach(i -> holdLongAgo(UUID.randomUUID(), sand, 1));
    List<Boolean> more = new ArrayList<>();
    do {
      more.add(sweeps.sweep("stock").block(SOON));
    } while (more.get(more.size() - 1) && more.size() < 10);
    assertThat(more.get(more.size() - 1)).isFalse();
    assertThat(available(sand)).isEqualTo("10000");
  }
}
