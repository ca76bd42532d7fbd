package dev.firstcome.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.batch.Verdict;
import dev.firstcome.coupon.Coupon;
import dev.firstcome.coupon.Discount;
import dev.firstcome.coupon.IssuedCoupon;
import dev.firstcome.order.Placing.State;
import dev.firstcome.order.Placing.Wish;
import dev.firstcome.problem.Refused;
import dev.firstcome.stock.StockRefusal;
import dev.firstcome.stock.StockedProduct;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlacingTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final Duration WINDOW = Duration.ofMinutes(15);
  private static final UUID COUPON = UUID.fromString("00000000-0000-8000-8000-000000000001");

  private static Wish wish(
      String user, String key, @Nullable UUID coupon, long... productsAndUnits) {
    TreeMap<Long, Long> units = new TreeMap<>();
    for (int i = 0; i < productsAndUnits.length; i += 2) {
      units.put(productsAndUnits[i], productsAndUnits[i + 1]);
    }
    return Wish.of(user, key, units, coupon, NOW);
  }

  private static Map<Long, StockedProduct> stock(long... quantities) {
    Map<Long, StockedProduct> stock = new HashMap<>();
    for (int i = 0; i < quantities.length; i++) {
      stock.put(i + 1L, new StockedProduct(i + 1, "product " + (i + 1), 1000, true, quantities[i]));
    }
    return stock;
  }

  private static IssuedCoupon couponOf(String user, long minimum) {
    Coupon campaign =
        new Coupon(
            1,
            "campaign",
            new Discount(Discount.Type.FIXED, 300, null),
            minimum,
            10,
            NOW.minusSeconds(60),
            NOW.plusSeconds(60),
            NOW.plusSeconds(60));
    return new IssuedCoupon(COUPON, campaign, user, NOW, null, null);
  }

  private static State state(Map<Long, StockedProduct> stock, IssuedCoupon... coupons) {
    return new State(
        stock,
        Stream.of(coupons).collect(Collectors.toMap(IssuedCoupon::id, coupon -> coupon)),
        Map.of());
  }

  private static List<Verdict<Order>> decide(State state, Wish... wishes) {
    return Placing.decide(List.of(wishes), state, WINDOW);
  }

  private static Order done(Verdict<Order> verdict) {
    return ((Verdict.Done<Order>) verdict).value();
  }

  private static Refused refused(Verdict<Order> verdict) {
    return ((Verdict.No<Order>) verdict).because();
  }

  private static String code(Verdict<Order> verdict) {
    return refused(verdict).refusal().name();
  }

  @Test
  void takesAllProductsAndTheDiscountAndWaitsForItsPayment() {
    State state = state(stock(5, 5), couponOf("ann", 0));
    Order order = done(decide(state, wish("ann", "k", COUPON, 1, 2, 2, 1)).get(0));

    assertThat(order.status()).isEqualTo(Order.Status.PENDING);
    assertThat(order.subtotal()).isEqualTo(3000);
    assertThat(order.total()).isEqualTo(2700);
    assertThat(order.paymentDueAt()).isEqualTo(NOW.plus(WINDOW));
  }

  @Test
  void namesEveryProductThatIsShortAndTakesNothing() {
    List<Verdict<Order>> verdicts =
        decide(
            state(stock(1, 9, 0)),
            wish("ann", "k", null, 1, 2, 2, 1, 3, 1),
            wish("ben", "k", null, 1, 1, 2, 9));

    assertThat(refused(verdicts.get(0)).members().get("items"))
        .isEqualTo(List.of(new StockRefusal.Short(1, 2, 1), new StockRefusal.Short(3, 1, 0)));
    assertThat(verdicts.get(1)).isInstanceOf(Verdict.Done.class);
  }

  @Test
  void refusesWhatIsNotSoldBeforeItLooksAtTheCoupon() {
    Map<Long, StockedProduct> stock = stock(5);
    stock.put(2L, new StockedProduct(2, "withdrawn", 1000, false, 5));

    assertThat(decide(state(stock), wish("ann", "a", COUPON, 9, 1), wish("ann", "b", COUPON, 2, 1)))
        .extracting(PlacingTest::code)
        .containsExactly("PRODUCT_NOT_FOUND", "PRODUCT_NOT_ON_SALE");
  }

  @Test
  void usesACouponInOneOrderOnly() {
    List<Verdict<Order>> verdicts =
        decide(
            state(stock(5), couponOf("ann", 0)),
            wish("ann", "a", COUPON, 1, 1),
            wish("ann", "b", COUPON, 1, 1));

    assertThat(done(verdicts.get(0)).discount()).isEqualTo(300);
    assertThat(refused(verdicts.get(1)).members())
        .containsEntry("reason", IssuedCoupon.Unusable.USED);
  }

  @Test
  void knowsNothingOfSomebodyElsesCoupon() {
    State state = state(stock(5), couponOf("ann", 0));

    assertThat(code(decide(state, wish("ben", "k", COUPON, 1, 1)).get(0)))
        .isEqualTo("ISSUED_COUPON_NOT_FOUND");
  }

  @Test
  void refusesACouponBelowItsMinimum() {
    State state = state(stock(5), couponOf("ann", 2000));

    assertThat(refused(decide(state, wish("ann", "k", COUPON, 1, 1)).get(0)).members())
        .containsEntry("reason", IssuedCoupon.Unusable.BELOW_MINIMUM);
  }

  @Test
  void answersARepeatedRequestWithItsOrderAndAnotherOneUnderTheSameKeyWithARefusal() {
    List<Verdict<Order>> verdicts =
        decide(
            state(stock(5)),
            wish("ann", "k", null, 1, 1),
            wish("ann", "k", null, 1, 1),
            wish("ann", "k", null, 1, 2));

    assertThat(verdicts.get(1)).isEqualTo(Verdict.replayed(done(verdicts.get(0))));
    assertThat(code(verdicts.get(2))).isEqualTo("IDEMPOTENCY_KEY_REUSED");
  }

  @Property(tries = 500)
  void sellsEveryUnitAtMostOnceAndNothingOfARefusedOrder(@ForAll("wishes") List<Wish> wishes) {
    Map<Long, StockedProduct> stock = stock(4, 3, 2);
    List<Verdict<Order>> verdicts = Placing.decide(wishes, state(stock), WINDOW);

    assertThat(verdicts).hasSameSizeAs(wishes);
    Map<Long, Long> left = new HashMap<>(Map.of(1L, 4L, 2L, 3L, 3L, 2L));
    for (int i = 0; i < wishes.size(); i++) {
      if (verdicts.get(i) instanceof Verdict.Done<Order> done && !done.replayed()) {
        wishes.get(i).units().forEach((product, units) -> left.merge(product, -units, Long::sum));
      } else if (verdicts.get(i) instanceof Verdict.No<Order> no
          && no.because().refusal() == StockRefusal.INSUFFICIENT_STOCK) {
        // Refused rightly: at that moment something was short.
        assertThat(wishes.get(i).units().entrySet())
            .anyMatch(line -> left.getOrDefault(line.getKey(), 0L) < line.getValue());
      }
    }
    assertThat(left.values()).allMatch(units -> units >= 0);
  }

  @Property(tries = 500)
  void decidesTwoBatchesLikeOne(
      @ForAll("wishes") List<Wish> wishes, @ForAll @IntRange(max = 12) int cut) {
    int at = Math.min(cut, wishes.size());
    Map<Long, StockedProduct> stock = stock(4, 3, 2);
    List<Verdict<Order>> both =
        new ArrayList<>(Placing.decide(wishes.subList(0, at), state(stock), WINDOW));
    Map<UUID, Order> orders = new HashMap<>();
    for (Order order : Verdict.fresh(both)) {
      orders.put(order.id(), order);
      order
          .lines()
          .forEach(
              line -> stock.computeIfPresent(line.productId(), (id, p) -> p.less(line.quantity())));
    }
    both.addAll(
        Placing.decide(
            wishes.subList(at, wishes.size()), new State(stock, Map.of(), orders), WINDOW));

    assertThat(both.stream().map(PlacingTest::text))
        .isEqualTo(
            Placing.decide(wishes, state(stock(4, 3, 2)), WINDOW).stream()
                .map(PlacingTest::text)
                .toList());
  }

  private static String text(Verdict<Order> verdict) {
    return verdict instanceof Verdict.No<Order> no
        ? no.because().refusal() + " " + no.because().members()
        : verdict.toString();
  }

  @Provide
  Arbitrary<List<Wish>> wishes() {
    Arbitrary<String> users = Arbitraries.of("ann", "ben", "cho");
    Arbitrary<String> keys = Arbitraries.of("k1", "k2", "k3");
    Arbitrary<Map<Long, Long>> units =
        Arbitraries.maps(Arbitraries.longs().between(1, 3), Arbitraries.longs().between(1, 3))
            .ofMinSize(1)
            .ofMaxSize(3);
    return Combinators.combine(users, keys, units)
        .as((user, key, lines) -> Wish.of(user, key, new TreeMap<>(lines), null, NOW))
        .list()
        .ofMaxSize(12);
  }
}
