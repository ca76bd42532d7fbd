package dev.firstcome.shop.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firstcome.refusal.Refused;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.Order.Status;
import dev.firstcome.shop.order.OrderLine;
import dev.firstcome.shop.order.Refund;
import dev.firstcome.shop.payment.Refunding.RefundOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RefundingTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final UUID ID = UUID.fromString("00000000-0000-8000-8000-000000000001");

  private static Order paid(OrderLine... lines) {
    return order(Status.PAID, List.of(lines));
  }

  private static Order order(Status status, List<OrderLine> lines) {
    long subtotal = lines.stream().mapToLong(OrderLine::amount).sum();
    long discount = lines.stream().mapToLong(OrderLine::discount).sum();
    return new Order(
        ID,
        "ann",
        status,
        lines,
        subtotal,
        discount,
        subtotal - discount,
        null,
        status == Status.PENDING ? null : ID,
        ID,
        NOW,
        NOW.plusSeconds(60),
        List.of());
  }

  private static OrderLine line(long product, long price, long units, long discount) {
    return new OrderLine(product, "p", price, units, null, discount, 0);
  }

  private static Refund.Outcome refund(Order order, @Nullable Map<Long, Long> units) {
    SortedMap<Long, Long> sorted = units == null ? null : new TreeMap<>(units);
    UUID id = UUID.randomUUID();
    return Refunding.decide(new RefundOrder(id, ID, sorted, true, "why", "root"), order, NOW);
  }

  private static void assertRefused(Order order, Map<Long, Long> units, String because) {
    assertThatThrownBy(() -> refund(order, units))
        .isInstanceOfSatisfying(
            Refused.class, no -> assertThat(no.refusal() + " " + no.members()).isEqualTo(because));
  }

  @Test
  void aUnitIsWorthWhatWasPaidForIt() {
    // 10 units at 2,390 with 25 % off: 17,925 in all.
    Order order = paid(line(1, 2390, 10, 5975));
    Refund.Outcome one = refund(order, Map.of(1L, 1L));
    Refund.Outcome another = refund(one.order(), Map.of(1L, 1L));

    assertThat(one.refund().amount()).isEqualTo(1792);
    assertThat(another.refund().amount()).isEqualTo(1793);
    assertThat(another.order().status()).isEqualTo(Status.PAID);
    assertThat(another.order().refunded()).isEqualTo(3585);
    Refund.Outcome rest = refund(another.order(), null);
    assertThat(rest.refund().items()).containsExactly(new Refund.Item(1, 8, 14_340));
    assertThat(rest.order().status()).isEqualTo(Status.REFUNDED);
    assertThat(rest.order().refunded()).isEqualTo(17_925);
  }

  @Test
  void refusesMoreThanIsLeftAndNamesEveryExcess() {
    Order order = refund(paid(line(1, 100, 3, 0), line(2, 50, 1, 0)), Map.of(1L, 2L)).order();

    assertRefused(
        order,
        Map.of(1L, 2L, 2L, 1L, 9L, 1L),
        "REFUND_EXCEEDS_ORDER {items=[Excess[productId=1, requested=2, refundable=1],"
            + " Excess[productId=9, requested=1, refundable=0]]}");
  }

  @Test
  void refusesWhatIsNotPaid() {
    for (Status status : Status.values()) {
      if (status != Status.PAID) {
        Order order = order(status, List.of(line(1, 100, 1, 0)));
        assertRefused(order, Map.of(1L, 1L), "ORDER_NOT_REFUNDABLE {orderStatus=" + status + "}");
      }
    }
  }

  @Test
  void makesNoEntryForUnitsThatHadCostNothing() {
    Refund.Outcome free = refund(paid(line(1, 100, 2, 200)), Map.of(1L, 1L));

    assertThat(free.refund().amount()).isZero();
    assertThat(Refunding.entries(free.refund(), 70)).isEmpty();
    assertThat(free.order().status()).isEqualTo(Status.PAID);
  }

  /** Any sequence of refunds adds up to exactly what was paid, and no unit goes back twice. */
  @Property
  void addsUpToWhatWasPaid(@ForAll("orders") Order order, @ForAll long seed) {
    Random random = new Random(seed);
    Map<Long, Long> units = new HashMap<>();
    List<Refund> refunds = new ArrayList<>();
    Order now = order;
    while (now.status() == Status.PAID) {
      Refund.Outcome next = random.nextInt(8) == 0 ? cancel(now) : refund(now, some(now, random));
      next.refund().items().forEach(i -> units.merge(i.productId(), i.quantity(), Long::sum));
      refunds.add(next.refund());
      now = next.order();
      assertThat(next.refund().amount()).isNotNegative();
      assertThat(now.refunded()).isEqualTo(refunds.stream().mapToLong(Refund::amount).sum());
    }
    assertThat(now.refunded()).isEqualTo(order.total());
    order.lines().forEach(l -> assertThat(units).containsEntry(l.productId(), l.quantity()));
    assertThat(now.refunds()).isEqualTo(refunds);
  }

  private static Refund.Outcome cancel(Order order) {
    return Refunding.cancel(order, "ann", NOW);
  }

  /** At least one unit, of some lines that have any left. */
  private static Map<Long, Long> some(Order order, Random random) {
    List<OrderLine> left = order.lines().stream().filter(l -> l.kept() > 0).toList();
    Map<Long, Long> units = new HashMap<>();
    for (OrderLine line : left) {
      if (random.nextBoolean()) {
        units.put(line.productId(), 1 + random.nextLong(line.kept()));
      }
    }
    return units.isEmpty() ? Map.of(left.get(0).productId(), 1L) : units;
  }

  @Provide
  Arbitrary<Order> orders() {
    Arbitrary<Long> price = Arbitraries.longs().between(0, 1_000_000_000);
    Arbitrary<Long> units = Arbitraries.longs().between(1, 999);
    Arbitrary<Integer> share = Arbitraries.integers().between(0, 100);
    return Combinators.combine(price, units, share)
        .as((p, u, part) -> line(0, p, u, p * u * part / 100))
        .list()
        .ofMinSize(1)
        .ofMaxSize(5)
        .map(RefundingTest::numbered);
  }

  private static Order numbered(List<OrderLine> lines) {
    List<OrderLine> numbered = new ArrayList<>();
    for (OrderLine l : lines) {
      numbered.add(line(numbered.size() + 1, l.unitPrice(), l.quantity(), l.discount()));
    }
    return order(Status.PAID, numbered);
  }
}
