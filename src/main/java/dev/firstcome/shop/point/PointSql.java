package dev.firstcome.shop.point;

import static dev.firstcome.infra.postgres.Columns.instants;
import static dev.firstcome.infra.postgres.Columns.longs;
import static dev.firstcome.infra.postgres.Columns.texts;
import static dev.firstcome.infra.postgres.Columns.uuids;

import dev.firstcome.infra.postgres.HeldRows;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.point.Charging.ChargePoints;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of changing balances. Rows are locked in the order of their users. */
@Component
class PointSql {

  private static final String LOCK =
      """
      SELECT user_id, balance
      FROM point_balances WHERE user_id = ANY($1) ORDER BY user_id FOR NO KEY UPDATE
      """;

  static final String HELD = HeldRows.sql("point_balances", "user_id");

  private static final String OPEN =
      """
      INSERT INTO point_balances (user_id, balance)
      SELECT user_id, 0 FROM unnest($1::text[]) AS new (user_id) ORDER BY user_id
      ON CONFLICT DO NOTHING
      """;

  // A statement of its own, after the lock: under READ COMMITTED it then sees what the previous
  // holder of the lock has committed.
  private static final String EXISTING =
      """
      SELECT id, user_id, type, amount, balance_after, order_id, created_at
      FROM point_entries WHERE id = ANY($1)
      """;

  // The sequence numbers are taken in the order of the batch, under the balance's lock: that is why
  // a user's history can be read in their order.
  private static final String WRITE =
      """
      WITH entry AS (
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[],
                             $6::uuid[], $7::timestamptz[]) WITH ORDINALITY
          AS entry (id, user_id, type, amount, balance_after, order_id, created_at, place)),
      written AS (
        INSERT INTO point_entries (id, user_id, type, amount, balance_after, order_id, created_at)
        SELECT id, user_id, type, amount, balance_after, order_id, created_at
        FROM entry ORDER BY place)
      UPDATE point_balances SET balance = last.balance_after
      FROM (SELECT DISTINCT ON (user_id) user_id, balance_after
            FROM entry ORDER BY user_id, place DESC) AS last
      WHERE point_balances.user_id = last.user_id
      """;

  /** Locks the balances that there are; by user. */
  Mono<Map<String, Long>> lock(Session session, Collection<String> users) {
    return session
        .list(
            LOCK,
            r -> Map.entry(r.get(0, String.class), r.get(1, Long.class)),
            (Object) users.toArray(String[]::new))
        .map(
            rows ->
                rows.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  /** Locks the balances, and opens one of 0 for each user who has none yet; by user. */
  Mono<Map<String, Long>> lockOrOpen(Session session, Collection<String> users) {
    return lock(session, users)
        .flatMap(
            known -> {
              List<String> unknown = users.stream().filter(u -> !known.containsKey(u)).toList();
              return unknown.isEmpty()
                  ? Mono.just(known)
                  : open(session, unknown).map(opened -> union(known, opened));
            });
  }

  /**
   * A row that is ours alone until the commit needs no further lock. Where another instance was
   * first, its row is there once it has committed and is locked like any other; that such late
   * locks may close a circle with a third transaction is a deadlock like any other: repeated.
   */
  private Mono<Map<String, Long>> open(Session session, List<String> unknown) {
    return session
        .update(OPEN, (Object) unknown.toArray(String[]::new))
        .flatMap(
            opened ->
                opened == unknown.size()
                    ? Mono.just(unknown.stream().collect(Collectors.toMap(user -> user, u -> 0L)))
                    : lock(session, unknown));
  }

  /** Those of the entries asked for that exist already, by id. */
  Mono<Map<UUID, PointEntry>> existing(Session session, List<ChargePoints> charges) {
    return session
        .list(EXISTING, PointSql::entry, (Object) uuids(charges, ChargePoints::id))
        .map(rows -> rows.stream().collect(Collectors.toMap(PointEntry::id, e -> e)));
  }

  /** Writes entries in their order, and each user's last balance; how many balances there were. */
  Mono<Long> write(Session session, List<PointEntry> entries) {
    return session.update(
        WRITE,
        uuids(entries, PointEntry::id),
        texts(entries, PointEntry::userId),
        texts(entries, e -> e.type().name()),
        longs(entries, PointEntry::amount),
        longs(entries, PointEntry::balanceAfter),
        uuids(entries, PointEntry::orderId),
        instants(entries, PointEntry::createdAt));
  }

  private static PointEntry entry(Readable row) {
    return new PointEntry(
        row.get("id", UUID.class),
        row.get("user_id", String.class),
        PointEntry.Type.valueOf(row.get("type", String.class)),
        row.get("amount", Long.class),
        row.get("balance_after", Long.class),
        row.get("order_id", UUID.class),
        row.get("created_at", Instant.class));
  }

  private static Map<String, Long> union(Map<String, Long> some, Map<String, Long> others) {
    Map<String, Long> all = new HashMap<>(some);
    all.putAll(others);
    return all;
  }
}
