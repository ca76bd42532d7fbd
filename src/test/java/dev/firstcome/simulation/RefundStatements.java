package dev.firstcome.simulation;

import static dev.firstcome.simulation.Statements.changed;
import static dev.firstcome.simulation.Statements.on;
import static dev.firstcome.simulation.Statements.rows;

import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.Order.Status;
import dev.firstcome.shop.order.OrderLine;
import dev.firstcome.shop.order.Refund;
import dev.firstcome.simulation.PostgresServer.Adjustment;
import dev.firstcome.simulation.PostgresServer.Answer;
import dev.firstcome.simulation.PostgresServer.Key;
import dev.firstcome.simulation.PostgresServer.Tx;
import dev.firstcome.simulation.Statements.Locks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** What the shop's SQL of refunds does. A refund is kept with its order. */
final class RefundStatements {

  private RefundStatements() {}

  static void all() {
    on(
        "RefundSql.WRITE",
        "orders lines",
        (db, tx, a) ->
            Stream.of((UUID[]) a[1])
                .filter(id -> db.orders.get(tx, id) != null)
                .map(db.orders::key)
                .toList(),
        RefundStatements::write);
    on(
        "RefundSql.OF_ORDERS",
        "id order_id payment_id user_id amount restock reason refunded_by created_at product_id"
            + " quantity item_amount",
        Locks.NONE,
        (db, tx, a, locked) -> rows(refunds(db, tx, Set.of((UUID[]) a[0]))));
    on(
        "OrderSql.OWNER",
        "user_id",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(
                Stream.ofNullable(db.orders.get(tx, a[0]))
                    .map(order -> new Object[] {order.userId()})));
    on(
        "StockSql.WRITE_OFF",
        "",
        Locks.NONE,
        (db, tx, a, locked) -> {
          Long[] products = (Long[]) a[0];
          for (int i = 0; i < products.length; i++) {
            Adjustment lost = new Adjustment(products[i], -((Long[]) a[1])[i]);
            db.writtenOff.put(tx, db.adjustmentId(), lost);
          }
          return changed(products.length);
        });
  }

  private static Answer write(PostgresServer db, Tx tx, Object[] a, List<Key> locked) {
    UUID[] ids = (UUID[]) a[0];
    long changed = 0;
    for (int i = 0; i < ids.length; i++) {
      Refund refund = refund(a, i);
      boolean again =
          db.orders.all(tx).stream()
              .flatMap(order -> order.refunds().stream())
              .anyMatch(other -> other.id().equals(refund.id()));
      if (again) {
        throw Failures.unique("refunds_pkey");
      }
      Order order = Objects.requireNonNull(db.orders.get(tx, refund.orderId()));
      Order after = order.refundedBy(refund);
      db.check(after.lines().stream().allMatch(l -> l.kept() >= 0), "order_items_refunded");
      if (order.status() == Status.PAID) {
        Status status = Status.valueOf(((String[]) a[9])[i]);
        db.orders.put(tx, order.id(), ShopSql.with(after, status));
        changed++;
      }
    }
    return rows(Stream.<Object[]>of(new Object[] {changed, (long) ((UUID[]) a[10]).length}));
  }

  private static Refund refund(Object[] a, int i) {
    UUID id = ((UUID[]) a[0])[i];
    List<Refund.Item> items = new ArrayList<>();
    for (int line = 0; line < ((UUID[]) a[10]).length; line++) {
      if (((UUID[]) a[10])[line].equals(id)) {
        items.add(
            new Refund.Item(
                ((Long[]) a[12])[line], ((Long[]) a[13])[line], ((Long[]) a[14])[line]));
      }
    }
    return new Refund(
        id,
        ((UUID[]) a[1])[i],
        ((UUID[]) a[2])[i],
        ((String[]) a[3])[i],
        ((Long[]) a[4])[i],
        items,
        ((Boolean[]) a[5])[i],
        ((String[]) a[6])[i],
        ((String[]) a[7])[i],
        ((Instant[]) a[8])[i]);
  }

  private static Stream<Object[]> refunds(PostgresServer db, Tx tx, Set<UUID> orders) {
    return db.orders.all(tx).stream()
        .filter(order -> orders.contains(order.id()))
        .flatMap(order -> order.refunds().stream())
        .sorted(
            Comparator.comparing(Refund::createdAt).thenComparing(Refund::id, ShopSql.AS_POSTGRES))
        .flatMap(refund -> refund.items().stream().map(item -> row(refund, item)));
  }

  private static Object[] row(Refund r, Refund.Item item) {
    return new Object[] {
      r.id(),
      r.orderId(),
      r.paymentId(),
      r.userId(),
      r.amount(),
      r.restock(),
      r.reason(),
      r.by(),
      r.createdAt(),
      item.productId(),
      item.quantity(),
      item.amount()
    };
  }

  /** Units of a line that are its user's still. */
  static long kept(Order order, OrderLine line) {
    return ShopSql.isLive(order) ? line.kept() : 0;
  }
}
