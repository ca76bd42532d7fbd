package dev.firstcome.shop.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.refusal.Refused;
import dev.firstcome.refusal.RequestName;
import dev.firstcome.shop.coupon.Campaign;
import dev.firstcome.shop.coupon.Discount;
import dev.firstcome.shop.coupon.IssuedCoupon;
import dev.firstcome.shop.drop.Drop;
import dev.firstcome.shop.drop.Offer;
import dev.firstcome.shop.line.Turns;
import dev.firstcome.shop.order.Placing.PlaceOrder;
import dev.firstcome.shop.order.Placing.State;
import dev.firstcome.shop.stock.StockRefusal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
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
  private static final OrderSettings SETTINGS =
      new OrderSettings(WINDOW, Duration.ofSeconds(1), 1, 3, false);
  private static final Drop DROP = new Drop(7, "drop", NOW, NOW.plusSeconds(60), 4L, false, null);
  private static final UUID COUPON = UUID.fromString("00000000-0000-8000-8000-000000000001");

  private static PlaceOrder wish(
      String user, String key, @Nullable UUID coupon, long... productsAndUnits) {
    TreeMap<Long, Long> units = new TreeMap<>();
    for (int i = 0; i < productsAndUnits.length; i += 2) {
      units.put(productsAndUnits[i], productsAndUnits[i + 1]);
    }
    return PlaceOrder.of(user, key, units, coupon, null);
  }

  private static Map<Long, Long> stock(long... quantities) {
    Map<Long, Long> stock = new HashMap<>();
    for (int i = 0; i < quantities.length; i++) {
      stock.put(i + 1L, quantities[i]);
    }
    return stock;
  }

  private static Offer offer(long product) {
    return new Offer(product, "product " + product, 1000, true, null, null);
  }

  private static Map<Long, Offer> offers(Offer... others) {
    Map<Long, Offer> offers = new HashMap<>();
    LongStream.rangeClosed(1, 3).forEach(id -> offers.put(id, offer(id)));
    Stream.of(others).forEach(offer -> offers.put(offer.productId(), offer));
    return offers;
  }

  private static State limited(Map<Long, Long> stock, Purchases.Read purchases, Offer... others) {
    return new State(stock, offers(others), Turns.NONE, purchases, Map.of(), Map.of(), NOW);
  }

  private static IssuedCoupon couponOf(String user, long minimum) {
    Campaign campaign =
        new Campaign(
            1,
            "campaign",
            new Discount(Discount.Type.FIXED, 300, null),
            minimum,
            10,
            NOW.minusSeconds(60),
            NOW.plusSeconds(60),
            NOW.plusSeconds(60),
            false);
    return new IssuedCoupon(COUPON, campaign, user, NOW, null, null);
  }

  private static State state(Map<Long, Long> stock, IssuedCoupon... coupons) {
    return new State(
        stock,
        offers(),
        Turns.NONE,
        Purchases.Read.NOTHING,
        Stream.of(coupons).collect(Collectors.toMap(IssuedCoupon::id, coupon -> coupon)),
        Map.of(),
        NOW);
  }

  private static List<Verdict<Order>> decide(State state, PlaceOrder... wishes) {
    return Placing.decide(List.of(wishes), state, SETTINGS);
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
        .isEqualTo(List.of(new StockRefusal.Shortage(1, 2, 1), new StockRefusal.Shortage(3, 1, 0)));
    assertThat(verdicts.get(1)).isInstanceOf(Verdict.Done.class);
  }

  @Test
  void refusesWhatIsNotSoldBeforeItLooksAtTheCoupon() {
    State state =
        limited(
            stock(5, 5),
            Purchases.Read.NOTHING,
            new Offer(2, "withdrawn", 1000, false, null, null));

    assertThat(decide(state, wish("ann", "a", COUPON, 9, 1), wish("ann", "b", COUPON, 2, 1)))
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

  private static Verdict<Order> first(State state, PlaceOrder wish) {
    return decide(state, wish).get(0);
  }

  @Test
  void sellsAProductOfADropOnlyWhileItIsOpen() {
    Offer offer = new Offer(1, "product", 1000, true, null, DROP);
    for (Instant now : List.of(NOW.minusNanos(1_000), NOW, NOW.plusSeconds(60))) {
      State state =
          new State(
              stock(5), offers(offer), Turns.NONE, Purchases.Read.NOTHING, Map.of(), Map.of(), now);
      boolean open = now.equals(NOW);
      Verdict<Order> verdict = first(state, wish("ann", "k", null, 1, 1));
      assertThat(verdict instanceof Verdict.Done).isEqualTo(open);
      if (!open) {
        assertThat(refused(verdict).members()).containsEntry("dropStatus", DROP.status(now));
      }
    }
  }

  @Test
  void countsAProductsLimitOverPaidAndUnpaidOrdersAndWhatTheBatchHasPlaced() {
    Offer two = new Offer(1, "product", 1000, true, 3L, null);
    Purchases.Read one =
        new Purchases.Read(
            List.of(new Purchases.Row("ann", 1, null, new Purchases.Count(1, 0))), Map.of());
    List<Verdict<Order>> verdicts =
        decide(
            limited(stock(9), one, two),
            wish("ann", "a", null, 1, 1),
            wish("ann", "b", null, 1, 2),
            wish("ben", "b", null, 1, 3),
            wish("ann", "c", null, 1, 1));

    assertThat(verdicts.stream().map(verdict -> verdict instanceof Verdict.Done))
        .containsExactly(true, false, true, true);
    assertThat(refused(verdicts.get(1)).members())
        .containsExactly(
            Map.entry("productId", 1L),
            Map.entry("limit", 3L),
            Map.entry("bought", 1L),
            Map.entry("pending", 1L),
            Map.entry("requested", 2L));
  }

  @Test
  void countsADropsLimitOverItsProductsAndOnlyWhatWasOrderedInIt() {
    Offer[] two = {
      new Offer(1, "one", 1000, true, null, DROP), new Offer(2, "two", 1000, true, null, DROP)
    };
    Purchases.Read before =
        new Purchases.Read(
            List.of(
                new Purchases.Row("ann", 1, null, new Purchases.Count(9, 0)),
                new Purchases.Row("ann", 1, 7L, new Purchases.Count(1, 1))),
            Map.of());
    List<Verdict<Order>> verdicts =
        decide(
            limited(stock(9, 9), before, two),
            wish("ann", "a", null, 1, 2, 2, 1),
            wish("ann", "b", null, 1, 1, 2, 1));

    assertThat(refused(verdicts.get(0)).members())
        .containsEntry("dropId", 7L)
        .containsEntry("bought", 1L)
        .containsEntry("pending", 1L)
        .containsEntry("requested", 3L);
    assertThat(done(verdicts.get(1)).lines()).extracting(OrderLine::dropId).containsOnly(7L);
  }

  @Test
  void namesTheUnpaidOrdersOfAUserWhoHasTooMany() {
    UUID old = UUID.randomUUID();
    Purchases.Read before =
        new Purchases.Read(List.of(), Map.of("ann", new Purchases.Unpaid(1, List.of(old))));
    List<Verdict<Order>> verdicts =
        decide(
            limited(stock(9), before),
            wish("ann", "a", null, 1, 1),
            wish("ann", "b", null, 1, 1),
            wish("ann", "c", null, 1, 1),
            wish("ben", "c", null, 1, 1));

    assertThat(code(verdicts.get(2))).isEqualTo("TOO_MANY_PENDING_ORDERS");
    assertThat(refused(verdicts.get(2)).members())
        .containsEntry("maximum", 3)
        .containsEntry(
            "orderIds", List.of(old, done(verdicts.get(0)).id(), done(verdicts.get(1)).id()));
    assertThat(verdicts.get(3)).isInstanceOf(Verdict.Done.class);
  }

  /** In the order of the contract, whatever else applies. */
  @Test
  void saysTheFirstThatApplies() {
    Drop shut = new Drop(7, "drop", NOW.plusSeconds(1), null, 1L, false, null);
    Purchases.Read many =
        new Purchases.Read(List.of(), Map.of("ann", new Purchases.Unpaid(3, List.of())));
    Offer off = new Offer(1, "off", 1000, false, 1L, shut);
    Offer inDrop = new Offer(1, "in", 1000, true, 1L, shut);
    Offer limited = new Offer(1, "limited", 1000, true, 1L, null);
    PlaceOrder wish = wish("ann", "k", COUPON, 1, 2);

    assertThat(code(first(limited(stock(0), many, off), wish("ann", "k", COUPON, 1, 2, 9, 1))))
        .isEqualTo("PRODUCT_NOT_FOUND");
    assertThat(code(first(limited(stock(0), many, off), wish))).isEqualTo("PRODUCT_NOT_ON_SALE");
    assertThat(code(first(limited(stock(0), many, inDrop), wish))).isEqualTo("DROP_NOT_OPEN");
    assertThat(code(first(limited(stock(0), many, limited), wish)))
        .isEqualTo("PURCHASE_LIMIT_EXCEEDED");
    assertThat(code(first(limited(stock(0), many), wish))).isEqualTo("TOO_MANY_PENDING_ORDERS");
    assertThat(code(first(state(stock(0)), wish))).isEqualTo("INSUFFICIENT_STOCK");
    assertThat(code(first(state(stock(9)), wish))).isEqualTo("ISSUED_COUPON_NOT_FOUND");
  }

  @Test
  void refusesATotalThatIsNotTheExpectedOne() {
    TreeMap<Long, Long> units = new TreeMap<>(Map.of(1L, 2L));
    PlaceOrder cheaper = PlaceOrder.of("ann", "k", units, COUPON, 2000L);
    PlaceOrder right = PlaceOrder.of("ann", "k", units, COUPON, 1700L);

    Verdict<Order> refusal = first(state(stock(9), couponOf("ann", 0)), cheaper);
    assertThat(refused(refusal).members())
        .containsExactly(Map.entry("expectedTotal", 2000L), Map.entry("total", 1700L));
    assertThat(done(first(state(stock(9), couponOf("ann", 0)), right)).total()).isEqualTo(1700);
    assertThat(right.fingerprint()).isNotEqualTo(cheaper.fingerprint());
    // As it was before a total could be expected, or repeated requests would not be known again.
    assertThat(PlaceOrder.of("ann", "k", units, null, null).fingerprint())
        .isEqualTo(RequestName.of("wish", "{1=2}", "null"));
  }

  private static final Offer LIMITED = new Offer(1, "product 1", 1000, true, 2L, DROP);

  @Property(tries = 500)
  void letsNobodyPassALimit(@ForAll("wishes") List<PlaceOrder> wishes) {
    Offer second = new Offer(2, "product 2", 1000, true, null, DROP);
    List<Verdict<Order>> verdicts =
        Placing.decide(
            wishes, limited(stock(50, 50, 50), Purchases.Read.NOTHING, LIMITED, second), SETTINGS);
    Map<String, Long> ofProduct = new HashMap<>();
    Map<String, Long> ofDrop = new HashMap<>();
    Map<String, Long> orders = new HashMap<>();
    for (Order order : Verdict.fresh(verdicts)) {
      orders.merge(order.userId(), 1L, Long::sum);
      for (OrderLine line : order.lines()) {
        ofProduct.merge(order.userId() + line.productId(), line.quantity(), Long::sum);
        ofDrop.merge(order.userId() + line.dropId(), line.quantity(), Long::sum);
      }
    }
    for (String user : List.of("ann", "ben", "cho")) {
      assertThat(ofProduct.getOrDefault(user + 1, 0L)).isLessThanOrEqualTo(2);
      assertThat(ofDrop.getOrDefault(user + 7, 0L)).isLessThanOrEqualTo(4);
      assertThat(orders.getOrDefault(user, 0L)).isLessThanOrEqualTo(3);
    }
  }

  @Property(tries = 500)
  void sellsEveryUnitAtMostOnceAndNothingOfARefusedOrder(
      @ForAll("wishes") List<PlaceOrder> wishes) {
    Map<Long, Long> stock = stock(4, 3, 2);
    List<Verdict<Order>> verdicts = Placing.decide(wishes, state(stock), SETTINGS);

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
      @ForAll("wishes") List<PlaceOrder> wishes, @ForAll @IntRange(max = 12) int cut) {
    int at = Math.min(cut, wishes.size());
    Map<Long, Long> stock = stock(4, 3, 2);
    List<Verdict<Order>> both =
        new ArrayList<>(
            Placing.decide(
                wishes.subList(0, at), limited(stock, Purchases.Read.NOTHING, LIMITED), SETTINGS));
    Map<UUID, Order> orders = new HashMap<>();
    for (Order order : Verdict.fresh(both)) {
      orders.put(order.id(), order);
      order
          .lines()
          .forEach(
              line ->
                  stock.computeIfPresent(line.productId(), (id, units) -> units - line.quantity()));
    }
    both.addAll(
        Placing.decide(
            wishes.subList(at, wishes.size()),
            new State(stock, offers(LIMITED), Turns.NONE, purchases(orders), Map.of(), orders, NOW),
            SETTINGS));

    assertThat(both.stream().map(PlacingTest::text))
        .isEqualTo(
            Placing.decide(
                    wishes, limited(stock(4, 3, 2), Purchases.Read.NOTHING, LIMITED), SETTINGS)
                .stream()
                .map(PlacingTest::text)
                .toList());
  }

  /** As the next batch reads them. */
  private static Purchases.Read purchases(Map<UUID, Order> orders) {
    List<Purchases.Row> rows = new ArrayList<>();
    Map<String, Purchases.Unpaid> unpaid = new HashMap<>();
    for (Order order : orders.values()) {
      unpaid.merge(
          order.userId(),
          new Purchases.Unpaid(1, List.of(order.id())),
          (all, one) -> all.plus(order.id()));
      order
          .lines()
          .forEach(
              line ->
                  rows.add(
                      new Purchases.Row(
                          order.userId(),
                          line.productId(),
                          line.dropId(),
                          new Purchases.Count(0, line.quantity()))));
    }
    return new Purchases.Read(rows, unpaid);
  }

  private static String text(Verdict<Order> verdict) {
    return verdict instanceof Verdict.No<Order> no
        ? no.because().refusal() + " " + withoutOrder(no.because().members())
        : verdict.toString();
  }

  /** Which of a user's unpaid orders is named first is not promised. */
  private static Map<String, Object> withoutOrder(Map<String, Object> members) {
    Map<String, Object> sorted = new TreeMap<>(members);
    sorted.computeIfPresent(
        "orderIds", (name, ids) -> ((List<?>) ids).stream().map(String::valueOf).sorted().toList());
    return sorted;
  }

  @Provide
  Arbitrary<List<PlaceOrder>> wishes() {
    Arbitrary<String> users = Arbitraries.of("ann", "ben", "cho");
    Arbitrary<String> keys = Arbitraries.of("k1", "k2", "k3");
    Arbitrary<Map<Long, Long>> units =
        Arbitraries.maps(Arbitraries.longs().between(1, 3), Arbitraries.longs().between(1, 3))
            .ofMinSize(1)
            .ofMaxSize(3);
    return Combinators.combine(users, keys, units)
        .as((user, key, lines) -> PlaceOrder.of(user, key, new TreeMap<>(lines), null, null))
        .list()
        .ofMaxSize(12);
  }
}
