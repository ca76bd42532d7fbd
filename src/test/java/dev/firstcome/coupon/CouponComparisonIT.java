package dev.firstcome.coupon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.Firstcome;
import dev.firstcome.coupon.CouponScripts.Comparison.Outcome;
import dev.firstcome.coupon.CouponScripts.Word;
import dev.firstcome.database.Database;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.dev.Sql;
import dev.firstcome.redis.Look;
import dev.firstcome.redis.Look.Compared;
import dev.firstcome.redis.Redis;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullUnmarked;
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
class CouponComparisonIT {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Autowired CouponComparison comparison;
  @Autowired CouponScripts scripts;
  @Autowired CouponGate gate;
  @Autowired Coupons coupons;
  @Autowired Database database;
  @Autowired Redis redis;
  @Autowired Clock clock;

  private long coupon;

  /** Of ten: one is given out. */
  @BeforeEach
  void openACampaign() {
    coupon = new Sql(database).campaign(10);
    coupons.issue(coupon, "first").block(LIMIT);
    settled("first");
    load();
  }

  private void load() {
    gate.load(coupons.find(coupon).block(LIMIT).coupon()).block(LIMIT);
  }

  private String key(String name) {
    return "coupon:{" + coupon + "}:" + name;
  }

  private void settled(String user) {
    Awaitility.await()
        .atMost(LIMIT)
        .until(() -> redis.call(r -> r.sismember(key("holders"), user)).block(LIMIT));
    Awaitility.await()
        .atMost(LIMIT)
        .until(() -> redis.call(r -> r.zcard(key("held"))).block(LIMIT) == 0);
  }

  private Word ask(String user) {
    return scripts.admit(coupon, List.of(user), clock.instant()).block(LIMIT).get(0);
  }

  private List<Compared> look(long lasting) {
    List<Compared> found = new ArrayList<>();
    String cursor = Look.START;
    do {
      Look look = comparison.look(cursor, 7, Map.of(coupon, lasting)).block(LIMIT);
      look.compared().stream().filter(one -> one.id() == coupon).forEach(found::add);
      cursor = look.next();
    } while (!cursor.equals(Look.START));
    return found;
  }

  private Compared compared(long gate, long database, boolean repaired) {
    return new Compared(coupon, gate, database, repaired);
  }

  @Test
  void findsEqualWhatIsEqualWithWhatIsHeldAndNotCommittedCounted() {
    assertThat(look(0)).containsExactly(compared(9, 9, false));
    assertThat(ask("held")).isEqualTo(Word.ADMITTED);
    assertThat(look(0)).containsExactly(compared(9, 9, false));
    coupons.issue(coupon, "held").block(LIMIT);
    settled("held");
    assertThat(look(0)).containsExactly(compared(8, 8, false));
  }

  @Test
  void countsAHolderOnceWhoseCommitNobodyHasHeardOf() {
    coupons.issue(coupon, "unheard").block(LIMIT);
    settled("unheard");
    redis
        .call(r -> r.zadd(key("held"), 1.0 * clock.instant().toEpochMilli(), "unheard"))
        .block(LIMIT);
    assertThat(look(0)).containsExactly(compared(8, 8, false));
  }

  private enum Move {
    ADMIT,
    CONFIRM,
    RELEASE,
    ADD_A_HOLDER,
    CLOSE
  }

  private void move(Move move) {
    switch (move) {
      case ADMIT -> ask("second");
      case CONFIRM -> settle(List.of("held"), List.of(), false);
      case RELEASE -> settle(List.of(), List.of("held"), false);
      case ADD_A_HOLDER -> scripts.addHolders(coupon, List.of("third")).block(LIMIT);
      case CLOSE -> settle(List.of("first"), List.of(), true);
    }
  }

  private void settle(List<String> confirmed, List<String> released, boolean tooGenerous) {
    scripts.settle(coupon, confirmed, released, tooGenerous).block(LIMIT);
  }

  @ParameterizedTest
  @EnumSource
  void isSilentAboutWhateverMovedSinceItBegan(Move move) {
    ask("held");
    assertThat(scripts.beginCompare(coupon, "token").block(LIMIT)).containsExactly("held");
    move(move);
    assertThat(scripts.compare(coupon, "token", 3, 1, 100).block(LIMIT).outcome())
        .isEqualTo(Outcome.INCONCLUSIVE);
  }

  @Test
  void isNotDisturbedByThoseWhoAskAgainOrTooLate() {
    redis.call(r -> r.set(key("limit"), "1")).block(LIMIT);
    assertThat(scripts.beginCompare(coupon, "token").block(LIMIT)).isEmpty();
    assertThat(ask("first")).isEqualTo(Word.ALREADY_YOURS);
    settle(List.of("first"), List.of("late"), false);
    assertThat(ask("late")).isEqualTo(Word.SOLD_OUT);
    assertThat(scripts.compare(coupon, "token", 0, 0, 0).block(LIMIT).outcome())
        .isEqualTo(Outcome.COMPARED);
  }

  @Test
  void isSilentAboutACampaignThatIsNotLoaded() {
    settle(List.of(), List.of(), true);
    assertThat(look(0)).isEmpty();
  }

  /** A settling was lost, or Redis came back older. */
  @Test
  void loadsACampaignAnewThatHasLongLackedHolders() {
    redis.call(r -> r.srem(key("holders"), "first")).block(LIMIT);
    ask("held");
    assertThat(look(0)).containsExactly(compared(10, 9, false));
    assertThat(look(-1)).as("the other way").containsExactly(compared(10, 9, false));
    assertThat(look(1)).containsExactly(compared(10, 9, true));
    assertThat(ask("anybody")).isEqualTo(Word.NOT_LOADED);
    load();
    assertThat(ask("first")).isEqualTo(Word.ALREADY_YOURS);
    assertThat(ask("held")).isEqualTo(Word.ALREADY_YOURS);
    assertThat(look(0)).containsExactly(compared(9, 9, false));
  }

  /** A release was lost together with the time at which it was held. */
  @Test
  void letsGoOfHoldersWhoHaveNone() {
    redis.call(r -> r.sadd(key("holders"), "ghost", "phantom")).block(LIMIT);
    ask("held");
    assertThat(look(0)).containsExactly(compared(7, 9, false));
    assertThat(look(-2)).containsExactly(compared(7, 9, true));
    assertThat(ask("anybody")).isEqualTo(Word.NOT_LOADED);
    load();
    assertThat(look(0)).containsExactly(compared(9, 9, false));
    for (String user : List.of("first", "held")) {
      assertThat(ask(user)).isEqualTo(Word.ALREADY_YOURS);
    }
    assertThat(ask("ghost")).isEqualTo(Word.ADMITTED);
  }

  @Test
  void findsAWrongLimit() {
    redis.call(r -> r.set(key("limit"), "4")).block(LIMIT);
    assertThat(look(-6)).containsExactly(compared(3, 9, true));
    load();
    assertThat(look(0)).containsExactly(compared(9, 9, false));
  }

  @Test
  void leavesNoTokenForEver() {
    String token = UUID.randomUUID().toString();
    scripts.beginCompare(coupon, token).block(LIMIT);
    assertThat(redis.call(r -> r.ttl(key("comparing"))).block(LIMIT)).isBetween(1L, 60L);
    look(0);
    assertThat(redis.call(r -> r.exists(key("comparing"))).block(LIMIT)).isZero();
  }

  @Test
  void walksThroughAllCampaignsThatWereAskedFor() {
    Sql sql = new Sql(database);
    List<Long> many = IntStream.range(0, 60).mapToObj(i -> sql.campaign(5)).toList();
    many.forEach(id -> coupons.issue(id, "user").block(LIMIT));
    List<Long> seen = new ArrayList<>();
    String cursor = Look.START;
    do {
      Look look = comparison.look(cursor, 500, Map.of()).block(LIMIT);
      assertThat(look.compared().size() + look.inconclusive()).isLessThanOrEqualTo(50);
      look.compared().forEach(one -> seen.add(one.id()));
      cursor = look.next();
    } while (!cursor.equals(Look.START));
    // Those that have been loaded meanwhile, in the background.
    assertThat(many).containsAnyElementsOf(seen);
  }
}
