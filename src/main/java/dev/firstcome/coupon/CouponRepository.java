package dev.firstcome.coupon;

import static dev.firstcome.database.Columns.instants;
import static dev.firstcome.database.Columns.longs;
import static dev.firstcome.database.Columns.texts;
import static dev.firstcome.database.Columns.uuids;
import static java.util.Objects.requireNonNull;

import dev.firstcome.batch.Verdict;
import dev.firstcome.coupon.Issuing.Ask;
import dev.firstcome.database.Database;
import dev.firstcome.database.Session;
import dev.firstcome.web.TimePosition;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of issuing and using coupons. Rows are locked in the order of their ids. */
@Component
class CouponRepository {

  private static final String LOCK_CAMPAIGNS =
      """
      SELECT id, total_quantity - issued_quantity
      FROM coupons WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE
      """;

  // A statement of its own, after the lock: under READ COMMITTED it then sees what the previous
  // holder of the lock has committed.
  private static final String ISSUED_ALREADY =
      """
      SELECT i.id, i.coupon_id, i.user_id, i.issued_at, i.used_at, i.order_id
      FROM unnest($1::bigint[], $2::text[]) AS asked (coupon_id, user_id)
      JOIN issued_coupons i USING (coupon_id, user_id)
      """;

  private static final String ISSUE =
      """
      WITH issued AS (
        INSERT INTO issued_coupons (id, coupon_id, user_id, issued_at)
        SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::timestamptz[])
        RETURNING coupon_id)
      UPDATE coupons SET issued_quantity = issued_quantity + batch.number
      FROM (SELECT coupon_id, count(*) AS number FROM issued GROUP BY coupon_id) AS batch
      WHERE id = batch.coupon_id
      """;

  private static final String HOLDERS_AFTER =
      """
      SELECT user_id FROM issued_coupons
      WHERE coupon_id = $1 AND user_id > $2 ORDER BY user_id LIMIT $3
      """;

  private static final String HOLDERS_AMONG =
      "SELECT user_id FROM issued_coupons WHERE coupon_id = $1 AND user_id = ANY($2)";

  // One statement is one snapshot: who is shown to have one is in the number that it shows.
  private static final String SNAPSHOT =
      """
      SELECT total_quantity - issued_quantity, NULL::text AS user_id FROM coupons WHERE id = $1
      UNION ALL
      SELECT NULL, user_id FROM issued_coupons WHERE coupon_id = $1 AND user_id = ANY($2)
      """;

  private static final String LEVELS =
      """
      SELECT id, total_quantity, total_quantity - issued_quantity AS remaining,
             issuable_from, issuable_until
      FROM coupons WHERE id = ANY($1)
      """;

  private static final String ISSUED_WITH_CAMPAIGN =
      """
      SELECT i.id, i.user_id, i.issued_at, i.used_at, i.order_id,
             c.id AS coupon_id, c.name, c.discount_type, c.discount_value, c.discount_max_amount,
             c.min_order_amount, c.total_quantity, c.issuable_from, c.issuable_until, c.valid_until
      FROM issued_coupons i JOIN coupons c ON c.id = i.coupon_id
      """;

  private static final String LOCK_ISSUED =
      ISSUED_WITH_CAMPAIGN
          + """
          WHERE (i.user_id, i.id) IN (SELECT * FROM unnest($1::text[], $2::uuid[]))
          ORDER BY i.id FOR NO KEY UPDATE OF i
          """;

  private static final String MINE_BEFORE =
      ISSUED_WITH_CAMPAIGN
          + """
          WHERE i.user_id = $1 AND (i.issued_at, i.id) < ($2, $3)
          ORDER BY i.issued_at DESC, i.id DESC LIMIT $4
          """;

  private static final String MARK_USED =
      """
      UPDATE issued_coupons i SET used_at = used.at, order_id = used.order_id
      FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::timestamptz[])
        AS used (user_id, id, order_id, at)
      WHERE i.user_id = used.user_id AND i.id = used.id AND i.used_at IS NULL
      """;

  private static final String GIVE_BACK =
      """
      UPDATE issued_coupons i SET used_at = NULL, order_id = NULL
      FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS used (user_id, id, order_id)
      WHERE i.user_id = used.user_id AND i.id = used.id AND i.order_id = used.order_id
      """;

  private final Database database;

  CouponRepository(Database database) {
    this.database = database;
  }

  /** Locks the campaigns and tells how many remain of each. */
  Mono<Map<Long, Long>> lockCampaigns(Session session, List<Ask> asks) {
    Long[] ids = asks.stream().map(a -> a.coupon().id()).distinct().toArray(Long[]::new);
    return session
        .list(
            LOCK_CAMPAIGNS,
            r -> Map.entry(r.get(0, Long.class), r.get(1, Long.class)),
            (Object) ids)
        .map(
            rows ->
                rows.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  /** Those of the coupons asked for that exist already, by id. */
  Mono<Map<UUID, IssuedCoupon>> issuedAlready(Session session, List<Ask> asks) {
    Map<Long, Coupon> campaigns =
        asks.stream().map(Ask::coupon).distinct().collect(Collectors.toMap(Coupon::id, c -> c));
    return session
        .list(
            ISSUED_ALREADY,
            row -> issued(row, requireNonNull(campaigns.get(row.get("coupon_id", Long.class)))),
            longs(asks, a -> a.coupon().id()),
            texts(asks, Ask::userId))
        .map(CouponRepository::byId);
  }

  /** Writes the fresh ones of the verdicts, and counts them in their campaigns. */
  Mono<Void> issue(Session session, List<Verdict<IssuedCoupon>> verdicts) {
    List<IssuedCoupon> fresh = Verdict.fresh(verdicts);
    if (fresh.isEmpty()) {
      return Mono.empty();
    }
    return session
        .update(
            ISSUE,
            uuids(fresh, IssuedCoupon::id),
            longs(fresh, i -> i.coupon().id()),
            texts(fresh, IssuedCoupon::userId),
            instants(fresh, IssuedCoupon::issuedAt))
        .then();
  }

  /** One page of the users who have one, in the order of their ids. */
  Mono<List<String>> holdersAfter(long couponId, String user, int limit) {
    return database.list(HOLDERS_AFTER, r -> r.get(0, String.class), couponId, user, limit);
  }

  /** Those of the users who have one. */
  Mono<List<String>> holdersAmong(long couponId, Collection<String> users) {
    return database.list(
        HOLDERS_AMONG, r -> r.get(0, String.class), couponId, users.toArray(String[]::new));
  }

  /** How many remain of a campaign, and which of some users have one. */
  record Snapshot(long remaining, Set<String> holders) {}

  private record SnapshotRow(@Nullable Long remaining, @Nullable String holder) {}

  /** Empty if there is no such campaign. */
  Mono<Snapshot> snapshot(long couponId, Collection<String> users) {
    return database
        .list(
            SNAPSHOT,
            row -> new SnapshotRow(row.get(0, Long.class), row.get(1, String.class)),
            couponId,
            users.toArray(String[]::new))
        .mapNotNull(CouponRepository::snapshot);
  }

  private static @Nullable Snapshot snapshot(List<SnapshotRow> rows) {
    Long remaining = null;
    Set<String> holders = new HashSet<>();
    for (SnapshotRow row : rows) {
      if (row.remaining != null) {
        remaining = row.remaining;
      } else if (row.holder != null) {
        holders.add(row.holder);
      }
    }
    return remaining == null ? null : new Snapshot(remaining, holders);
  }

  /** How campaigns stand, by id; one that is missing does not exist. */
  Mono<Map<Long, CouponLevel>> levels(Collection<Long> ids, Instant now) {
    return database
        .list(LEVELS, row -> level(row, now), (Object) ids.toArray(Long[]::new))
        .map(levels -> levels.stream().collect(Collectors.toMap(CouponLevel::couponId, l -> l)));
  }

  private static CouponLevel level(Readable row, Instant now) {
    return CouponLevel.of(
        row.get("id", Long.class),
        row.get("total_quantity", Long.class),
        row.get("remaining", Long.class),
        row.get("issuable_from", Instant.class),
        row.get("issuable_until", Instant.class),
        now);
  }

  /** Locks issued coupons, each of which must be its user's, and reads them; by id. */
  Mono<Map<UUID, IssuedCoupon>> lockIssued(Session session, List<UUID> ids, List<String> users) {
    return session
        .list(
            LOCK_ISSUED,
            CouponRepository::issuedWithCampaign,
            users.toArray(String[]::new),
            ids.toArray(UUID[]::new))
        .map(CouponRepository::byId);
  }

  /** Writes {@code usedAt} and {@code orderId} of coupons that were unused. */
  Mono<Long> markUsed(Session session, Collection<CouponUse> uses) {
    return session.update(
        MARK_USED,
        texts(uses, CouponUse::userId),
        uuids(uses, CouponUse::issuedCouponId),
        uuids(uses, CouponUse::orderId),
        instants(uses, CouponUse::at));
  }

  /** Makes coupons unused again that these orders had used. */
  Mono<Long> giveBack(Session session, Collection<CouponUse> uses) {
    return session.update(
        GIVE_BACK,
        texts(uses, CouponUse::userId),
        uuids(uses, CouponUse::issuedCouponId),
        uuids(uses, CouponUse::orderId));
  }

  /** A user's coupons, newest first, from just below a position on. */
  Mono<List<IssuedCoupon>> mineBefore(String userId, TimePosition before, int limit) {
    return database.list(
        MINE_BEFORE, CouponRepository::issuedWithCampaign, userId, before.at(), before.id(), limit);
  }

  private static IssuedCoupon issuedWithCampaign(Readable row) {
    Discount discount =
        new Discount(
            Discount.Type.valueOf(row.get("discount_type", String.class)),
            row.get("discount_value", Long.class),
            row.get("discount_max_amount", Long.class));
    Coupon coupon =
        new Coupon(
            row.get("coupon_id", Long.class),
            row.get("name", String.class),
            discount,
            row.get("min_order_amount", Long.class),
            row.get("total_quantity", Long.class),
            row.get("issuable_from", Instant.class),
            row.get("issuable_until", Instant.class),
            row.get("valid_until", Instant.class));
    return issued(row, coupon);
  }

  private static IssuedCoupon issued(Readable row, Coupon coupon) {
    return new IssuedCoupon(
        row.get("id", UUID.class),
        coupon,
        row.get("user_id", String.class),
        row.get("issued_at", Instant.class),
        row.get("used_at", Instant.class),
        row.get("order_id", UUID.class));
  }

  private static Map<UUID, IssuedCoupon> byId(List<IssuedCoupon> rows) {
    return rows.stream().collect(Collectors.toMap(IssuedCoupon::id, i -> i));
  }
}
