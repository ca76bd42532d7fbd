package dev.firstcome.shop.order;

import static dev.firstcome.infra.postgres.Columns.instants;
import static dev.firstcome.infra.postgres.Columns.longs;
import static dev.firstcome.infra.postgres.Columns.texts;
import static dev.firstcome.infra.postgres.Columns.uuids;

import dev.firstcome.infra.postgres.Reads;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.order.Refund.Item;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of refunds. The lock is the order's. */
@Component
class RefundSql {

  // The orders by their key: the state is put so that no index speaks of it (decision 0019). The
  // flag is off again with the last unit.
  private static final String WRITE =
      """
      WITH refund AS (
        INSERT INTO refunds (id, order_id, payment_id, user_id, amount, restock, reason, refunded_by,
                             created_at)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[],
                             $6::boolean[], $7::text[], $8::text[], $9::timestamptz[])),
      item AS (
        SELECT * FROM unnest($11::uuid[], $12::uuid[], $13::bigint[], $14::bigint[], $15::bigint[])
          AS item (refund_id, order_id, product_id, quantity, amount)),
      written AS (
        INSERT INTO refund_items (refund_id, product_id, quantity, amount)
        SELECT refund_id, product_id, quantity, amount FROM item),
      lines AS (
        UPDATE order_items SET refunded = refunded + item.quantity
        FROM item
        WHERE order_items.order_id = item.order_id AND order_items.product_id = item.product_id
        RETURNING item.product_id),
      changed AS (
        UPDATE orders SET status = refunded.status, partly_refunded = refunded.status = 'PAID'
        FROM unnest($2::uuid[], $10::text[]) AS refunded (id, status)
        WHERE orders.id = refunded.id AND orders.status || '' = 'PAID'
        RETURNING orders.id)
      SELECT (SELECT count(*) FROM changed) AS orders, (SELECT count(*) FROM lines) AS lines
      """;

  private static final String SELECT =
      """
      SELECT r.id, r.order_id, r.payment_id, r.user_id, r.amount, r.restock, r.reason, r.refunded_by,
        r.created_at, i.product_id, i.quantity, i.amount AS item_amount
      FROM refunds r JOIN refund_items i ON i.refund_id = r.id
      """;

  private static final String OF_ORDERS =
      SELECT + "WHERE r.order_id = ANY($1) ORDER BY r.created_at, r.id, i.product_id";

  private static final String BY_ID =
      SELECT + "WHERE r.id = ANY($1) ORDER BY r.created_at, r.id, i.product_id";

  /** A refund with one of its items. */
  private record Row(Refund refund, Item item) {

    static Row of(Readable row) {
      Refund refund =
          new Refund(
              row.get("id", UUID.class),
              row.get("order_id", UUID.class),
              row.get("payment_id", UUID.class),
              row.get("user_id", String.class),
              row.get("amount", Long.class),
              List.of(),
              row.get("restock", Boolean.class),
              row.get("reason", String.class),
              row.get("refunded_by", String.class),
              row.get("created_at", Instant.class));
      return new Row(
          refund,
          new Item(
              row.get("product_id", Long.class),
              row.get("quantity", Long.class),
              row.get("item_amount", Long.class)));
    }
  }

  private record Line(Refund refund, Item item) {}

  /**
   * Writes refunds, the units of each line and what becomes of the orders.
   *
   * @return whether all of the orders were paid and had those lines
   */
  Mono<Boolean> write(Session session, List<Refund.Outcome> refunded) {
    List<Refund> refunds = refunded.stream().map(Refund.Outcome::refund).toList();
    List<Line> lines =
        refunds.stream().flatMap(r -> r.items().stream().map(item -> new Line(r, item))).toList();
    return session
        .list(
            WRITE,
            row ->
                row.get(0, Long.class) == refunds.size() && row.get(1, Long.class) == lines.size(),
            uuids(refunds, Refund::id),
            uuids(refunds, Refund::orderId),
            uuids(refunds, Refund::paymentId),
            texts(refunds, Refund::userId),
            longs(refunds, Refund::amount),
            refunds.stream().map(Refund::restock).toArray(Boolean[]::new),
            texts(refunds, Refund::reason),
            texts(refunds, Refund::by),
            instants(refunds, Refund::createdAt),
            texts(refunded, r -> r.order().status().name()),
            uuids(lines, line -> line.refund.id()),
            uuids(lines, line -> line.refund.orderId()),
            longs(lines, line -> line.item.productId()),
            longs(lines, line -> line.item.quantity()),
            longs(lines, line -> line.item.amount()))
        .map(rows -> rows.get(0));
  }

  /** Those of the orders, the oldest first. */
  Mono<List<Refund>> ofOrders(Reads reads, Collection<UUID> orders) {
    return reads.list(OF_ORDERS, Row::of, (Object) orders.toArray(UUID[]::new)).map(this::refunds);
  }

  Mono<List<Refund>> byId(Reads reads, Collection<UUID> ids) {
    return reads.list(BY_ID, Row::of, (Object) ids.toArray(UUID[]::new)).map(this::refunds);
  }

  private List<Refund> refunds(List<Row> rows) {
    Map<UUID, List<Item>> items = new LinkedHashMap<>();
    Map<UUID, Refund> refunds = new LinkedHashMap<>();
    for (Row row : rows) {
      refunds.putIfAbsent(row.refund.id(), row.refund);
      items.computeIfAbsent(row.refund.id(), id -> new ArrayList<>()).add(row.item);
    }
    return refunds.values().stream()
        .map(r -> r.withItems(items.getOrDefault(r.id(), List.of())))
        .toList();
  }
}
