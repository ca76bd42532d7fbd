package dev.firstcome.shop.payment;

import dev.firstcome.infra.postgres.Database;
import dev.firstcome.shop.point.PointEntry;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of the ledger, in the order of the transactions that wrote it. */
@Component
class LedgerSql {

  // Every transaction before it has ended, and what it committed is seen by all later statements.
  private static final String END = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

  private static final String PAGE =
      """
      SELECT coalesce(e.written_by, '0'::xid8)::text::bigint AS transaction, e.seq, e.id, e.user_id,
        e.type, e.amount, e.order_id, p.id AS payment_id, e.created_at
      FROM (
        SELECT written_by, seq, id, user_id, type, amount, order_id, created_at FROM point_entries
        WHERE (coalesce(written_by, '0'::xid8), seq) > ($1::text::xid8, $2)
          AND coalesce(written_by, '0'::xid8) < $3::text::xid8
        ORDER BY coalesce(written_by, '0'::xid8), seq LIMIT $4) AS e
      LEFT JOIN payments p ON p.order_id = e.order_id
      ORDER BY transaction, e.seq
      """;

  private final Database database;

  LedgerSql(Database database) {
    this.database = database;
  }

  /**
   * Where an entry stands.
   *
   * @param transaction that wrote it, as PostgreSQL numbers them; 0 for all old ones
   */
  record Position(long transaction, long seq) {

    static final Position START = new Position(0, 0);

    String text() {
      return Long.toString(transaction, 36) + "-" + Long.toString(seq, 36);
    }

    /**
     * @throws IllegalArgumentException if it is none of ours
     */
    static Position parse(String text) {
      if (!text.matches("[0-9a-z]{1,12}-[0-9a-z]{1,12}")) {
        throw new IllegalArgumentException("not ours");
      }
      int dash = text.indexOf('-');
      return new Position(
          Long.parseLong(text.substring(0, dash), 36),
          Long.parseLong(text.substring(dash + 1), 36));
    }
  }

  /**
   * A line of the ledger.
   *
   * @param paymentId that the order was paid by; null for a charge
   */
  record Entry(
      Position position,
      UUID id,
      String userId,
      PointEntry.Type type,
      long amount,
      @Nullable UUID orderId,
      @Nullable UUID paymentId,
      Instant createdAt) {

    static Entry of(Readable row) {
      return new Entry(
          new Position(row.get("transaction", Long.class), row.get("seq", Long.class)),
          row.get("id", UUID.class),
          row.get("user_id", String.class),
          PointEntry.Type.valueOf(row.get("type", String.class)),
          row.get("amount", Long.class),
          row.get("order_id", UUID.class),
          row.get("payment_id", UUID.class),
          row.get("created_at", Instant.class));
    }
  }

  /** The first transaction that has not ended, or may begin yet. */
  Mono<Long> end() {
    return database.list(END, row -> row.get(0, Long.class)).map(rows -> rows.get(0));
  }

  /** Entries after a position, of transactions before the end. */
  Mono<List<Entry>> page(Position after, long end, int limit) {
    return database.list(
        PAGE,
        Entry::of,
        Long.toString(after.transaction()),
        after.seq(),
        Long.toString(end),
        limit);
  }
}
