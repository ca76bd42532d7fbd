package dev.firstcome.shop.coupon;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.Firstcome;
import dev.firstcome.dev.OwnStores;
import dev.firstcome.dev.Sql;
import dev.firstcome.engine.gate.DriftPage;
import dev.firstcome.engine.gate.DriftPage.Compared;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.redis.Redis;
import dev.firstcome.shop.coupon.CouponScripts.Outcome;
import java.time.Clock;
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
    coupons.issue(coupon, "first").block(SOON);
    settled("first");
    load();
  }

  private void load() {
    gate.load(coupons.find(coupon).block(SOON).coupon()).block(SOON);
  }

  private String key(String name) {
    return "coupon:{" + coupon + "}:" + name;
  }

  private void settled(String user) {
    Awaitility.await()
        .atMost(SOON)
        .until(() -> redis.call(r -> r.sismember(key("holders"), user)).block(SOON));
    Awaitility.await()
        .atMost(SOON)
        .until(() -> redis.call(r -> r.zcard(key("held"))).block(SOON) == 0);
  }

  private Outcome ask(String user) {
    return scripts.admit(coupon, List.of(user)).block(SOON).get(0);
  }

  private List<Compared> look(long lasting) {
    List<Compared> found = new ArrayList<>();
    String cursor = DriftPage.START;
    do {
      DriftPage look = comparison.look(cursor, 7, Map.of(coupon, lasting)).block(SOON);
      look.compared().stream().filter(one -> one.id() == coupon).forEach(found::add);
      cursor = look.next();
    } while (!cursor.equals(DriftPage.START));
    return found;
  }

  private Compared compared(long gate, long database, boolean repaired) {
    return new Compared(coupon, gate, database, repaired);
  }

  @Test
  void findsEqualWhatIsEqualWithWhatIsHeldAndNotCommittedCounted() {
    assertThat(look(0)).containsExactly(compared(9, 9, false));
    assertThat(ask("held")).isEqualTo(Outcome.ADMITTED);
    assertThat(look(0)).containsExactly(compared(9, 9, false));
    coupons.issue(coupon, "held").block(SOON);
    settled("held");
    assertThat(look(0)).containsExactly(compared(8, 8, false));
  }

  @Test
  void countsAHolderOnceWhoseCommitNobodyHasHeardOf() {
    coupons.issue(coupon, "unheard").block(SOON);
    settled("unheard");
    redis
        .call(r -> r.zadd(key("held"), 1.0 * clock.instant().toEpochMilli(), "unheard"))
        .block(SOON);
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
      case ADD_A_HOLDER -> scripts.addHolders(coupon, List.of("third")).block(SOON);
      case CLOSE -> settle(List.of("first"), List.of(), true);
    }
  }

  private void settle(List<String> confirmed, List<String> released, boolean tooGenerous) {
    scripts.settle(coupon, confirmed, released, tooGenerous).block(SOON);
  }

  @ParameterizedTest
  @EnumSource
  void isSilentAboutWhateverMovedSinceItBegan(Move move) {
    ask("held");
    assertThat(scripts.beginCompare(coupon, "token").block(SOON)).containsExactly("held");
    move(move);
    assertThat(scripts.compare(coupon, "token", 3, 1, 100).block(SOON).outcome())
        .isEqualTo(CouponScripts.Comparison.Outcome.INCONCLUSIVE);
  }

  @Test
  void isNotDisturbedByThoseWhoAskAgainOrTooLate() {
    redis.call(r -> r.set(key("limit"), "1")).block(SOON);
    assertThat(scripts.beginCompare(coupon, "token").block(SOON)).isEmpty();
    assertThat(ask("first")).isEqualTo(Outcome.ALREADY_YOURS);
    settle(List.of("first"), List.of("late"), false);
    assertThat(ask("late")).isEqualTo(Outcome.SOLD_OUT);
    assertThat(scripts.compare(coupon, "token", 0, 0, 0).block(SOON).outcome())
        .isEqualTo(CouponScripts.Comparison.Outcome.COMPARED);
  }

  @Test
  void isSilentAboutACampaignThatIsNotLoaded() {
    settle(List.of(), List.of(), true);
    assertThat(look(0)).isEmpty();
  }

  /** A settling was lost, or Redis came back older. */
  @Test
  void loadsACampaignAnewThatHasLongLackedHolders() {
    redis.call(r -> r.srem(key("holders"), "first")).block(SOON);
    ask("held");
    assertThat(look(0)).containsExactly(compared(10, 9, false));
    assertThat(look(-1)).as("the other way").containsExactly(compared(10, 9, false));
    assertThat(look(1)).containsExactly(compared(10, 9, true));
    assertThat(ask("anybody")).isEqualTo(Outcome.NOT_LOADED);
    load();
    assertThat(ask("first")).isEqualTo(Outcome.ALREADY_YOURS);
    assertThat(ask("held")).isEqualTo(Outcome.ALREADY_YOURS);
    assertThat(look(0)).containsExactly(compared(9, 9, false));
  }

  /** A release was lost together with the time at which it was held. */
  @Test
  void letsGoOfHoldersWhoHaveNone() {
    redis.call(r -> r.sadd(key("holders"), "ghost", "phantom")).block(SOON);
    ask("held");
    assertThat(look(0)).containsExactly(compared(7, 9, false));
    assertThat(look(-2)).containsExactly(compared(7, 9, true));
    assertThat(ask("anybody")).isEqualTo(Outcome.NOT_LOADED);
    load();
    assertThat(look(0)).containsExactly(compared(9, 9, false));
    for (String user : List.of("first", "held")) {
      assertThat(ask(user)).isEqualTo(Outcome.ALREADY_YOURS);
    }
    assertThat(ask("ghost")).isEqualTo(Outcome.ADMITTED);
  }

  @Test
  void findsAWrongLimit() {
    redis.call(r -> r.set(key("limit"), "4")).block(SOON);
    assertThat(look(-6)).containsExactly(compared(3, 9, true));
    load();
    assertThat(look(0)).containsExactly(compared(9, 9, false));
  }

  @Test
  void leavesNoTokenForEver() {
    String token = UUID.randomUUID().toString();
    scripts.beginCompare(coupon, token).block(SOON);
    assertThat(redis.call(r -> r.ttl(key("comparing"))).block(SOON)).isBetween(1L, 60L);
    look(0);
    assertThat(redis.call(r -> r.exists(key("comparing"))).block(SOON)).isZero();
  }

  @Test
  void walksThroughAllCampaignsThatWereAskedFor() {
    Sql sql = new Sql(database);
    List<Long> many = IntStream.range(0, 60).mapToObj(i -> sql.campaign(5)).toList();
    many.forEach(id -> coupons.issue(id, "user").block(SOON));
    List<Long> seen = new ArrayList<>();
    String cursor = DriftPage.START;
    do {
      DriftPage look = comparison.look(cursor, 500, Map.of()).block(SOON);
      assertThat(look.compared().size() + look.inconclusive()).isLessThanOrEqualTo(50);
      look.compared().forEach(one -> seen.add(one.id()));
      cursor = look.next();
    } while (!cursor.equals(DriftPage.START));
    // Those that have been loaded meanwhile, in the background.
    assertThat(many).containsAnyElementsOf(seen);
  }
}
