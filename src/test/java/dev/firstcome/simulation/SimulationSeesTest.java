package dev.firstcome.simulation;

import static dev.firstcome.simulation.Invariants.CLOSED_IN_TIME;
import static dev.firstcome.simulation.Invariants.COUPON_ONCE;
import static dev.firstcome.simulation.Invariants.EXACT_OR_SILENT;
import static dev.firstcome.simulation.Invariants.GATE_EXACT;
import static dev.firstcome.simulation.Invariants.HEARD_IS_KEPT;
import static dev.firstcome.simulation.Invariants.LEDGER;
import static dev.firstcome.simulation.Invariants.NEVER_OVERSOLD;
import static dev.firstcome.simulation.Invariants.NEVER_OVER_ISSUED;
import static dev.firstcome.simulation.Invariants.NEVER_TOO_STRICT;
import static dev.firstcome.simulation.Invariants.NOTHING_HELD;
import static dev.firstcome.simulation.Invariants.ONE_EFFECT;
import static dev.firstcome.simulation.Invariants.TOLD;
import static dev.firstcome.simulation.Statements.changed;
import static dev.firstcome.simulation.Statements.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.database.DatabaseParts;
import dev.firstcome.simulation.PostgresServer.Answer;
import dev.firstcome.simulation.Statements.Body;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The simulation can see: the shop broken on purpose is caught, and by the promise that it breaks.
 *
 * <p>A gate that is too generous breaks no promise while PostgreSQL decides again. What is broken
 * there is seen where the gate decides alone: with the database's own guards off, and with a Redis
 * that fails nowhere, since one that forgets is allowed to be generous. That the gate as built does
 * not sell too much even so is the test before them.
 */
@ExtendWith(Quietly.class)
class SimulationSeesTest {

  private static final int SEEDS = 2000;

  private static void sees(String promise, Variant broken) {
    assertThat(new Seeds(1, SEEDS).broken(broken, promise, 1))
        .as("histories of %d that break: %s", SEEDS, promise)
        .isNotEmpty();
  }

  private static void seesNothing(Variant sound, long seeds) {
    assertThat(new Seeds(1, seeds).broken(sound)).isEmpty();
  }

  /** Campaigns are loaded, Redis fails nowhere, and the database takes what it is given. */
  private static Variant couponGateAlone() {
    return Variant.asBuilt()
        .faults(Faults::withoutRedis)
        .preloaded()
        .without("coupons_never_over_issued")
        .sql(
            "coupon.CouponRepository.LOCK_CAMPAIGNS",
            real ->
                (db, tx, a, locked) ->
                    rows(
                        real.run(db, tx, a, locked).rows().stream()
                            .map(row -> new Object[] {row[0], 1_000_000L})));
  }

  private static UnaryOperator<Body> nothing() {
    return real -> (db, tx, a, locked) -> rows(Stream.empty());
  }

  @Test
  void seesNothingWhereTheCouponGateDecidesAlone() {
    seesNothing(couponGateAlone(), 300);
  }

  @Test
  void seesAReleaseOfWhatMayHaveBeenCommitted() {
    sees(NEVER_OVER_ISSUED, couponGateAlone().releasing());
  }

  @Test
  void seesACampaignLoadedWithAllOfItRatherThanTheRest() {
    sees(
        NEVER_OVER_ISSUED,
        couponGateAlone().sql("coupon.CouponRepository.HOLDERS_AFTER", nothing()));
  }

  /**
   * It sells nothing that is not there, because PostgreSQL decides in any case, and refuses; but it
   * costs transactions.
   */
  @Test
  void seesAStockThatIsLoadedWithAllThatWasSupplied() {
    sees(
        GATE_EXACT,
        Variant.asBuilt()
            .sql("stock.StockRepository.SNAPSHOT", SimulationSeesTest::suppliedInstead));
  }

  /** It is PostgreSQL's decision, not the gate, that keeps stock from being oversold. */
  @Test
  void seesADatabaseThatSellsWhatItDoesNotHave() {
    sees(
        NEVER_OVERSOLD,
        Variant.asBuilt()
            .without("stock_never_oversold")
            .sql("stock.StockRepository.LOCK", SimulationSeesTest::plenty));
  }

  private static Body plenty(Body real) {
    return (db, tx, a, locked) ->
        rows(
            real.run(db, tx, a, locked).rows().stream()
                .map(row -> new Object[] {row[0], row[1], row[2], row[3], 1_000_000L}));
  }

  private static Body suppliedInstead(Body real) {
    return (db, tx, a, locked) ->
        rows(
            real.run(db, tx, a, locked).rows().stream()
                .map(
                    row ->
                        row[0] == null
                            ? row
                            : new Object[] {row[0], supplied(db, (Long) row[0]), null}));
  }

  private static long supplied(PostgresServer db, long product) {
    return db.adjustments.rows().values().stream()
        .filter(adjustment -> adjustment.productId() == product)
        .mapToLong(PostgresServer.Adjustment::delta)
        .sum();
  }

  @Test
  void seesAnAnswerBeforeTheCommit() {
    sees(HEARD_IS_KEPT, Variant.asBuilt().database(DatabaseParts::hasty));
  }

  @Test
  void seesARequestThatIsNotNamedOnce() {
    sees(ONE_EFFECT, Variant.asBuilt().withFreshKeys());
  }

  @Test
  void seesAnOrderThatIsNotLookedForBeforeItIsMade() {
    sees(
        ONE_EFFECT,
        Variant.asBuilt()
            .without("orders_pkey")
            .without("outbox_pkey")
            .sql("order.OrderRepository.BY_ID", nothing()));
  }

  @Test
  void seesACouponThatIsNotLookedForBeforeItIsIssued() {
    sees(
        ONE_EFFECT,
        Variant.asBuilt()
            .without("issued_coupons_one_per_user")
            .sql("coupon.CouponRepository.ISSUED_ALREADY", nothing()));
  }

  /** With the constraint on, the same forgetfulness costs an answer and no promise. */
  @Test
  void seesNothingWhereAConstraintHoldsWhatTheCodeForgets() {
    seesNothing(Variant.asBuilt().sql("coupon.CouponRepository.ISSUED_ALREADY", nothing()), 200);
  }

  @Test
  void seesASweepThatReleasesWithoutAsking() {
    sees(
        NEVER_OVER_ISSUED,
        couponGateAlone().sql("coupon.CouponRepository.HOLDERS_AMONG", nothing()));
  }

  @Test
  void seesASweepThatNeverReleases() {
    sees(
        NOTHING_HELD,
        Variant.asBuilt()
            .lua("coupon_settle", "redis.call('ZREM', KEYS[3], ARGV[i])", "0")
            .faults(Faults::none));
  }

  @Test
  void seesALoadWithoutItsFence() {
    sees(
        NEVER_TOO_STRICT,
        Variant.asBuilt()
            .withoutComparison()
            .faults(Faults::stalling)
            .lua("stock_load", "redis.call('HGET', KEYS[3], ARGV[i]) == ARGV[1]", "true"));
  }

  @Test
  void seesAReservationThatIsTakenTwice() {
    sees(
        NEVER_TOO_STRICT,
        Variant.asBuilt()
            .withoutComparison()
            .lua("stock_reserve", "redis.call('HEXISTS', KEYS[3], order) == 1", "false"));
  }

  @Test
  void seesAClosedOrderThatTheGateIsNotToldOf() {
    sees(
        NEVER_TOO_STRICT,
        Variant.asBuilt().withoutComparison().sql("order.OrderRepository.PRODUCTS_OF", nothing()));
  }

  /** And the comparison is what makes up for it. */
  @Test
  void seesNothingWhereTheComparisonFindsWhatTheGateWasNotToldOf() {
    seesNothing(Variant.asBuilt().sql("order.OrderRepository.PRODUCTS_OF", nothing()), 200);
  }

  @Test
  void seesGatesThatNobodyHoldsAgainstTheDatabase() {
    sees(NEVER_TOO_STRICT, Variant.asBuilt().withoutComparison());
  }

  @Test
  void seesAComparisonWithoutItsFence() {
    sees(
        EXACT_OR_SILENT,
        Variant.asBuilt()
            .lua("stock_compare", "redis.call('HGET', KEYS[3], product) == ARGV[1]", "true"));
  }

  @Test
  void seesAReservationThatLeavesAComparisonItsToken() {
    sees(
        EXACT_OR_SILENT,
        Variant.asBuilt().lua("stock_reserve", "redis.call('EXISTS', KEYS[4]) == 1", "false"));
  }

  @Test
  void seesACouponComparisonWithoutItsFence() {
    sees(
        EXACT_OR_SILENT,
        Variant.asBuilt().lua("coupon_compare", "redis.call('GET', KEYS[4]) ~= ARGV[1]", "false"));
  }

  /** What was lost is found by no look alone: a single one may be of something under way. */
  @Test
  void seesAComparisonThatRepairsNothingUpwards() {
    sees(
        NEVER_TOO_STRICT,
        Variant.asBuilt()
            .lua(
                "stock_compare",
                "math.min(missing, tonumber(ARGV[i + 2]))",
                "math.min(missing, 0)"));
  }

  @Test
  void seesAnExpiryThatDoesNotAskForTheStatus() {
    sees(
        LEDGER,
        Variant.asBuilt()
            .without("CLOSE's guard")
            .sql("order.OrderRepository.LOCK_DUE", real -> SimulationSeesTest::dueWhateverBecame));
  }

  private static Answer dueWhateverBecame(
      PostgresServer db, PostgresServer.Tx tx, Object[] a, List<PostgresServer.Key> locked) {
    return rows(
        db.orders.all(tx).stream()
            .filter(order -> ShopSql.isLive(order))
            .filter(order -> !order.paymentDueAt().isAfter((Instant) a[0]))
            .filter(order -> tx.tryLock(db.orders.key(order.id())))
            .map(ShopSql::order));
  }

  @Test
  void seesAnExpiryThatNeverComes() {
    sees(CLOSED_IN_TIME, Variant.asBuilt().sql("order.OrderRepository.LOCK_DUE", nothing()));
  }

  @Test
  void seesStockThatIsNotGivenBack() {
    sees(
        NEVER_OVERSOLD,
        Variant.asBuilt()
            .sql(
                "stock.StockRepository.TAKE",
                real ->
                    (db, tx, a, locked) ->
                        ((Long[]) a[1])[0] < 0
                            ? changed(((Long[]) a[0]).length)
                            : real.run(db, tx, a, locked)));
  }

  @Test
  void seesACouponThatIsNotGivenBack() {
    sees(
        COUPON_ONCE,
        Variant.asBuilt()
            .sql(
                "coupon.CouponRepository.GIVE_BACK",
                real -> (db, tx, a, locked) -> changed(((UUID[]) a[1]).length)));
  }

  @Test
  void seesAnEventThatIsNotWritten() {
    sees(
        TOLD,
        Variant.asBuilt()
            .sql(
                "outbox.Outbox.WRITE",
                real -> (db, tx, a, locked) -> changed(((UUID[]) a[0]).length)));
  }
}
