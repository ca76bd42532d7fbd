package dev.firstcome.simulation;

import static dev.firstcome.simulation.Invariants.AUDITED;
import static dev.firstcome.simulation.Invariants.CLOSED_IN_TIME;
import static dev.firstcome.simulation.Invariants.COUPON_ONCE;
import static dev.firstcome.simulation.Invariants.EXACT_OR_SILENT;
import static dev.firstcome.simulation.Invariants.GATE_EXACT;
import static dev.firstcome.simulation.Invariants.HEARD_IS_KEPT;
import static dev.firstcome.simulation.Invariants.KEYS_END;
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

import dev.firstcome.infra.postgres.DatabaseParts;
import dev.firstcome.simulation.PostgresServer.Answer;
import dev.firstcome.simulation.Statements.Body;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

  /**
   * @param first the history that showed it when this was written, tried before all others: they
   *     take a minute. A changed shop makes other histories of the same seeds.
   */
  private static void sees(String promise, Variant broken, long first) {
    if (new Seeds(first, 1).broken(broken, promise, 1).isEmpty()) {
      sees(promise, broken);
    }
  }

  private static void seesNothing(Variant sound, long seeds) {
    seesNothing("", sound, seeds);
  }

  private static void seesNothing(String promise, Variant sound, long seeds) {
    assertThat(new Seeds(1, seeds).broken(sound, promise, 1)).isEmpty();
  }

  /** Campaigns are loaded, Redis fails nowhere, and the database takes what it is given. */
  private static Variant couponGateAlone() {
    return Variant.asBuilt()
        .faults(Faults::withoutRedis)
        .preloaded()
        // The gate as built leaves it to the database what it cannot know.
        .lua("coupon_admit", "committed < limit and 'UNDECIDED' or 'SOLD_OUT'", "'SOLD_OUT'")
        .without("coupons_never_over_issued")
        .sql(
            "CouponSql.LOCK_CAMPAIGNS",
            real ->
                (db, tx, a, locked) ->
                    rows(
                        real.run(db, tx, a, locked).rows().stream()
                            .map(SimulationSeesTest::endless)));
  }

  private static Object[] endless(Object[] campaign) {
    Object[] row = campaign.clone();
    row[6] = 1_000_000_000L;
    return row;
  }

  /** As if nothing were there; the time is told all the same. */
  private static UnaryOperator<Body> nothingBut(int columns) {
    return real -> (db, tx, a, locked) -> rows(ShopSql.nothingAt(db.clock(), columns));
  }

  private static UnaryOperator<Body> nothing() {
    return real -> (db, tx, a, locked) -> rows(Stream.empty());
  }

  @Test
  void seesNothingWhereTheCouponGateDecidesAlone() {
    seesNothing(NEVER_OVER_ISSUED, couponGateAlone(), 100);
  }

  @Test
  void seesAReleaseOfWhatMayHaveBeenCommitted() {
    sees(NEVER_OVER_ISSUED, couponGateAlone().releasing(), 153);
  }

  @Test
  void seesACampaignLoadedWithAllOfItRatherThanTheRest() {
    sees(NEVER_OVER_ISSUED, couponGateAlone().sql("CouponSql.HOLDERS_AFTER", nothing()));
  }

  /**
   * It sells nothing that is not there, because PostgreSQL decides in any case, and refuses; but it
   * costs transactions.
   */
  @Test
  void seesAStockThatIsLoadedWithAllThatWasSupplied() {
    sees(
        GATE_EXACT,
        Variant.asBuilt().sql("StockSql.SNAPSHOT", SimulationSeesTest::suppliedInstead));
  }

  /** It is PostgreSQL's decision, not the gate, that keeps stock from being oversold. */
  @Test
  void seesADatabaseThatSellsWhatItDoesNotHave() {
    sees(
        NEVER_OVERSOLD,
        Variant.asBuilt()
            .without("stock_never_oversold")
            .sql("StockSql.LOCK", SimulationSeesTest::plenty));
  }

  private static Body plenty(Body real) {
    return (db, tx, a, locked) ->
        rows(
            real.run(db, tx, a, locked).rows().stream()
                .map(row -> new Object[] {row[0], 1_000_000L}));
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
  void seesAnAdjustmentThatIsMadeWhoeverHasMadeIt() {
    sees(ONE_EFFECT, Variant.asBuilt().sql("AdminWrites.BEGIN", real -> always(real, 1)));
  }

  /** The statement does what it does, and says something else. */
  private static Body always(Body real, long changed) {
    return (db, tx, a, locked) -> {
      real.run(db, tx, a, locked);
      return changed(changed);
    };
  }

  @Test
  void seesAnAdjustmentThatLeavesNothingInTheAudit() {
    sees(AUDITED, Variant.asBuilt().sql("AdminWrites.AUDIT", nothing()));
  }

  @Test
  void seesAnOrderThatIsNotLookedForBeforeItIsMade() {
    sees(
        ONE_EFFECT,
        Variant.asBuilt()
            .without("orders_pkey")
            .without("outbox_pkey")
            .sql("OrderSql.BY_ID", nothingBut(11)));
  }

  @Test
  void seesACouponThatIsNotLookedForBeforeItIsIssued() {
    sees(
        ONE_EFFECT,
        Variant.asBuilt()
            .without("issued_coupons_one_per_user")
            .sql("CouponSql.ISSUED_ALREADY", nothingBut(6)));
  }

  /** With the constraint on, the same forgetfulness costs an answer and no promise. */
  @Test
  void seesNothingWhereAConstraintHoldsWhatTheCodeForgets() {
    Variant forgetful = Variant.asBuilt().sql("CouponSql.ISSUED_ALREADY", nothingBut(6));
    Map<Long, List<String>> broken = new Seeds(1, 200).broken(forgetful);
    // The holder who asks again is refused, as a defect is: that is the answer which it costs.
    broken.values().forEach(told -> told.removeIf(what -> what.startsWith(Weather.OTHERS_GO_ON)));
    broken.values().removeIf(List::isEmpty);
    assertThat(broken).isEmpty();
  }

  @Test
  void seesASweepThatReleasesWithoutAsking() {
    sees(NEVER_OVER_ISSUED, couponGateAlone().sql("CouponSql.HOLDERS_AMONG", nothing()), 433);
  }

  @Test
  void seesASweepThatNeverReleases() {
    sees(
        NOTHING_HELD,
        Variant.asBuilt()
            .lua("coupon_settle", "redis.call('ZREM', KEYS[3], ARGV[i])", "0")
            .faults(Faults::none));
  }

  /** While others are open, "sold out" is no final answer: they may fail. */
  @Test
  void seesASoldOutThatWasNotTrue() {
    sees(
        Truth.FINAL_NO,
        Variant.asBuilt()
            .lua("coupon_admit", "committed < limit and 'UNDECIDED' or 'SOLD_OUT'", "'SOLD_OUT'"),
        102);
  }

  /** What the gate believes to be short is held against the database before anybody hears it. */
  @Test
  void seesAShortageThatTheDatabaseDoesNotHave() {
    sees(
        Truth.FINAL_NO,
        Variant.asBuilt().sql("StockSql.SNAPSHOT", SimulationSeesTest::nothingInstead));
  }

  private static Body nothingInstead(Body real) {
    return (db, tx, a, locked) ->
        rows(
            real.run(db, tx, a, locked).rows().stream()
                .map(row -> row[0] == null ? row : new Object[] {row[0], 0L, null}));
  }

  @Test
  void seesAKeyThatStaysForEver() {
    String renewal =
        "for _, key in ipairs({KEYS[1], KEYS[2], KEYS[3]}) do redis.call('EXPIRE', key, ARGV[";
    sees(
        KEYS_END,
        Variant.asBuilt()
            .lua("coupon_admit", renewal + "1]) end", "")
            .lua("coupon_settle", renewal + "2]) end", ""));
  }

  @Test
  void seesALoadWithoutItsFence() {
    sees(
        NEVER_TOO_STRICT,
        Variant.asBuilt()
            .withoutComparison()
            .faults(Faults::stalling)
            .lua("stock_load", "string.match(loading, '^%S*') == ARGV[1]", "true"),
        1384);
  }

  @Test
  void seesAReservationThatIsTakenTwice() {
    sees(
        NEVER_TOO_STRICT,
        Variant.asBuilt()
            .withoutComparison()
            .lua("stock_reserve", "redis.call('HEXISTS', KEYS[3], order) == 1", "false"),
        88);
  }

  @Test
  void seesAClosedOrderThatTheGateIsNotToldOf() {
    sees(
        NEVER_TOO_STRICT,
        Variant.asBuilt().withoutComparison().sql("OrderSql.PRODUCTS_OF", nothing()));
  }

  /**
   * And the comparison is what makes up for it, by two looks. Without those who are rich: their
   * last cancellation comes in a history's last seconds, when no second look is left.
   */
  @Test
  void seesNothingWhereTheComparisonFindsWhatTheGateWasNotToldOf() {
    seesNothing(Variant.asBuilt().spared(Strain.BRIM).sql("OrderSql.PRODUCTS_OF", nothing()), 100);
  }

  @Test
  void seesGatesThatNobodyHoldsAgainstTheDatabase() {
    sees(NEVER_TOO_STRICT, Variant.asBuilt().withoutComparison(), 139);
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
        Variant.asBuilt().lua("coupon_compare", "redis.call('GET', KEYS[4]) ~= ARGV[1]", "false"),
        241);
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
                "math.min(missing, 0)"),
        367);
  }

  @Test
  void seesAnExpiryThatDoesNotAskForTheStatus() {
    sees(
        LEDGER,
        Variant.asBuilt()
            .without("CLOSE's guard")
            .sql("OrderSql.LOCK_DUE", real -> SimulationSeesTest::dueWhateverBecame));
  }

  private static Answer dueWhateverBecame(
      PostgresServer db, PostgresServer.Tx tx, Object[] a, List<PostgresServer.Key> locked) {
    return rows(
        db.orders.all(tx).stream()
            .filter(order -> ShopSql.isLive(order))
            .filter(order -> !order.paymentDueAt().isAfter(db.clock()))
            .filter(order -> tx.tryLock(db.orders.key(order.id())))
            .map(ShopSql::order));
  }

  @Test
  void seesAnExpiryThatNeverComes() {
    sees(CLOSED_IN_TIME, Variant.asBuilt().sql("OrderSql.LOCK_DUE", nothing()));
  }

  @Test
  void seesStockThatIsNotGivenBack() {
    sees(
        NEVER_OVERSOLD,
        Variant.asBuilt()
            .sql(
                "StockSql.TAKE",
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
                "CouponSql.GIVE_BACK",
                real -> (db, tx, a, locked) -> changed(((UUID[]) a[1]).length)));
  }

  /** One order that can never give back what it holds: a limit binds what comes back. */
  @Test
  void seesALimitThatBindsWhatComesBack() {
    sees(
        CLOSED_IN_TIME,
        Variant.asBuilt()
            .sql("StockSql.TAKE", real -> limited(real, db -> db.stock, "stock_quantity_limit")),
        203);
  }

  @Test
  void seesARefundThatMeetsALimit() {
    sees(
        Truth.REFUNDS_ALWAYS,
        Variant.asBuilt()
            .sql(
                "PointSql.WRITE", real -> limited(real, db -> db.balances, "point_balances_limit")),
        84);
  }

  private static Body limited(
      Body real, Function<PostgresServer, PostgresServer.Table<Long>> table, String constraint) {
    return (db, tx, a, locked) -> {
      Answer answer = real.run(db, tx, a, locked);
      if (table.apply(db).all(tx).stream().anyMatch(value -> value > PostgresServer.MOST)) {
        throw Failures.check(constraint);
      }
      return answer;
    };
  }

  @Test
  void seesALockThatEverybodyWaitsFor() {
    sees(Weather.OTHERS_GO_ON, Variant.asBuilt().faults(Faults::none).withoutLockTimeout());
  }

  @Test
  void seesALockedRowForWhichAWholeBatchIsRefused() {
    sees(
        Weather.OTHERS_GO_ON,
        Variant.asBuilt().faults(Faults::none).refusingAllForALockedRow(),
        227);
  }

  @Test
  void seesABatchThatGoesOnAfterItsDeadline() {
    sees(
        Truth.REFUSED_IS_OVER,
        Variant.asBuilt().faults(Faults::stalling).database(DatabaseParts::tireless));
  }

  @Test
  void seesReservationsThatAreTimedByInstances() {
    sees(
        NOTHING_HELD,
        Variant.asBuilt()
            .withInstancesTime()
            // Which mends what comes from the future.
            .lua("gate_left", "redis.call('ZADD', KEYS[1], now, held)", "local _ = held"),
        117);
  }

  @Test
  void seesAnExpiryThatIsShownBeforeItIsDecided() {
    sees(Truth.STATUS_DECIDED, Variant.asBuilt().showingByClock());
  }

  @Test
  void seesALimitThatCountsOnlyWhatIsPaid() {
    sees(
        Limits.NEVER_OVER_LIMIT,
        Variant.asBuilt().sql("PurchaseSql.BOUGHT", real -> with(real, 4, (tx, pending) -> 0L)));
  }

  @Test
  void seesAnAllowanceThatIsNotGivenBack() {
    sees(
        Truth.FINAL_NO,
        Variant.asBuilt().sql("PurchaseSql.BOUGHT", real -> SimulationSeesTest::boughtForEver));
  }

  /** What was cancelled or ran out counts like what is live. */
  private static Answer boughtForEver(
      PostgresServer db, PostgresServer.Tx tx, Object[] a, List<PostgresServer.Key> locked) {
    return DropStatements.bought(
        db,
        tx,
        order -> true,
        Set.of((String[]) a[0]),
        Set.of((Long[]) a[1]),
        Set.of((Long[]) a[2]));
  }

  @Test
  void seesADropThatOpensByAnInstancesClock() {
    sees(
        Limits.IN_WINDOW,
        Variant.asBuilt()
            .sql("OrderSql.BY_ID", real -> with(real, 0, (tx, now) -> tx.clientsClock())),
        122);
  }

  /** An instance remembers the terms, and asks for them no more. */
  @Test
  void seesAPauseThatOnlyACacheKnows() {
    sees(
        Limits.IN_WINDOW,
        Variant.asBuilt()
            .sql(
                "DropSql.OFFERS",
                real -> with(real, 10, (tx, paused) -> paused == null ? null : false)),
        45);
  }

  /** The same rows, with another value in one column. */
  private static Body with(
      Body real,
      int column,
      BiFunction<PostgresServer.Tx, @Nullable Object, @Nullable Object> other) {
    return (db, tx, a, locked) ->
        rows(
            real.run(db, tx, a, locked).rows().stream()
                .map(
                    row -> {
                      Object[] changed = row.clone();
                      changed[column] = other.apply(tx, row[column]);
                      return changed;
                    }));
  }

  @Test
  void seesAnEventThatIsNotWritten() {
    sees(
        TOLD,
        Variant.asBuilt()
            .sql("Outbox.WRITE", real -> (db, tx, a, locked) -> changed(((UUID[]) a[0]).length)));
  }

  /** A limit that forbids one order's stock to come back costs nobody else anything. */
  @Test
  void seesNothingWhereOneOrderIsPoisonedAndTheOthersGoOn() {
    seesNothing(Variant.asBuilt().withStockLimit(), 100);
  }

  @Test
  void seesABatchThatAPoisonedOrderStops() {
    sees(
        CLOSED_IN_TIME,
        Variant.asBuilt().withStockLimit().sql("OrderSql.LOCK_THESE_DUE", nothing()),
        203);
  }

  /** Halving finds the others each time; setting the one aside spares its cost, not a promise. */
  @Test
  void seesNothingWhereThePoisonedOrderIsTriedEachTime() {
    seesNothing(
        CLOSED_IN_TIME,
        Variant.asBuilt()
            .withStockLimit()
            .sql("SetAside.PUT", real -> (db, tx, a, locked) -> changed(1)),
        100);
  }
}
