package dev.firstcome.shop.coupon;

import static dev.firstcome.infra.postgres.Columns.instants;
import static dev.firstcome.infra.postgres.Columns.longs;
import static dev.firstcome.infra.postgres.Columns.texts;
import static dev.firstcome.infra.postgres.Columns.uuids;
import static java.util.Objects.requireNonNull;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.http.dispatch.TimePosition;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.HeldRows;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.coupon.Issuing.IssueCoupon;
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
class CouponSql {

  private static final String CAMPAIGN =
      """
      SELECT id AS coupon_id, name, discount_type, discount_value, discount_max_amount,
        min_order_amount, total_quantity, issuable_from, issuable_until, valid_until, paused,
        issued_quantity
      FROM coupons
      """;

  // The locked row itself is read as it is once the lock is there, so these are the terms that
  // hold.
  private static final String LOCK_CAMPAIGNS =
      CAMPAIGN + "WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";

  private static final String CHANGE =
      """
      UPDATE coupons SET name = $2, total_quantity = $3, issuable_from = $4, issuable_until = $5,
        valid_until = $6, paused = $7, version = version + 1
      WHERE id = $1
      RETURNING version
      """;

  private static final String VERSION = "SELECT version FROM coupons WHERE id = $1";

  private static final String INSERT =
      """
      INSERT INTO coupons (name, discount_type, discount_value, discount_max_amount,
        min_order_amount, total_quantity, issuable_from, issuable_until, valid_until)
      VALUES ($1, $2, $3, ($4::bigint[])[1], $5, $6, $7, $8, $9)
      RETURNING id
      """;

  // A statement of its own, after the lock: under READ COMMITTED it then sees what the previous
  // holder of the lock has committed.
  private static final String ISSUED_ALREADY =
      """
      SELECT clock_timestamp() AS now, i.id, i.coupon_id, i.user_id, i.issued_at, i.used_at,
        i.order_id
      FROM (SELECT) AS always LEFT JOIN (
        unnest($1::bigint[], $2::text[]) AS asked (coupon_id, user_id)
        JOIN issued_coupons i USING (coupon_id, user_id)) ON true
      """;

  private static final String HELD = HeldRows.sql("coupons", "id");

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

  // One statement is one snapshot: the holders that it shows are in the number that it shows.
  private static final String SNAPSHOT =
      """
      SELECT total_quantity - issued_quantity, NULL::text AS user_id FROM coupons WHERE id = $1
      UNION ALL
      SELECT NULL, user_id FROM issued_coupons WHERE coupon_id = $1 AND user_id = ANY($2)
      """;

  private static final String TOTAL = "SELECT total_quantity FROM coupons WHERE id = $1";

  private static final String LEVELS =
      """
      SELECT id, total_quantity, total_quantity - issued_quantity AS remaining,
             issuable_from, issuable_until, paused, statement_timestamp() AS now
      FROM coupons WHERE id = ANY($1)
      """;

  private static final String ISSUED_WITH_CAMPAIGN =
      """
      SELECT i.id, i.user_id, i.issued_at, i.used_at, i.order_id,
             c.id AS coupon_id, c.name, c.discount_type, c.discount_value, c.discount_max_amount,
             c.min_order_amount, c.total_quantity, c.issuable_from, c.issuable_until, c.valid_until, c.paused
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

  CouponSql(Database database) {
    this.database = database;
  }

  /** Locks the campaigns and reads how they stand, by id. */
  Mono<Map<Long, Campaign.Standing>> lockCampaigns(Session session, Collection<Long> ids) {
    return session
        .list(LOCK_CAMPAIGNS, CouponSql::standing, (Object) ids.toArray(Long[]::new))
        .map(
            rows ->
                rows.stream().collect(Collectors.toMap(row -> row.campaign().id(), row -> row)));
  }

  /** Those of the campaigns that somebody else has locked at this moment. */
  Mono<Set<Long>> held(Collection<Long> ids) {
    return database
        .list(HELD, row -> row.get(0, Long.class), (Object) ids.toArray(Long[]::new))
        .map(Set::copyOf);
  }

  /** The version that administrators see of a campaign that the caller has locked. */
  Mono<Long> version(Session session, long id) {
    return session.list(VERSION, row -> row.get(0, Long.class), id).map(found -> found.get(0));
  }

  /** Writes what can be changed of a campaign; its version afterwards. */
  Mono<Long> change(Session session, Campaign changed) {
    return session
        .list(
            CHANGE,
            row -> row.get(0, Long.class),
            changed.id(),
            changed.name(),
            changed.totalQuantity(),
            changed.issuableFrom(),
            changed.issuableUntil(),
            changed.validUntil(),
            changed.paused())
        .map(written -> written.get(0));
  }

  /** Writes a new campaign, whose id it tells. */
  Mono<Long> insert(Session session, Campaign made) {
    return session
        .list(
            INSERT,
            row -> row.get(0, Long.class),
            made.name(),
            made.discount().type().name(),
            made.discount().value(),
            new Long[] {made.discount().maxAmount()},
            made.minOrderAmount(),
            made.totalQuantity(),
            made.issuableFrom(),
            made.issuableUntil(),
            made.validUntil())
        .map(ids -> ids.get(0));
  }

  /** Those of the coupons asked for that exist already, and PostgreSQL's clock. */
  Mono<Session.Dated<IssuedCoupon>> issuedAlready(Session session, List<IssueCoupon> asks) {
    Map<Long, Campaign> campaigns =
        asks.stream()
            .map(IssueCoupon::coupon)
            .collect(Collectors.toMap(Campaign::id, c -> c, (one, same) -> one));
    return session.dated(
        ISSUED_ALREADY,
        row -> issued(row, requireNonNull(campaigns.get(row.get("coupon_id", Long.class)))),
        longs(asks, a -> a.coupon().id()),
        texts(asks, IssueCoupon::userId));
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

  /** How many coupons a campaign has; empty if there is none. */
  Mono<Long> totalQuantity(long couponId) {
    return database
        .list(TOTAL, row -> row.get(0, Long.class), couponId)
        .flatMap(found -> Mono.justOrEmpty(found.stream().findFirst()));
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
        .mapNotNull(CouponSql::snapshot);
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
  Mono<Map<Long, CouponLevel>> levels(Collection<Long> ids) {
    return database
        .list(LEVELS, CouponSql::level, (Object) ids.toArray(Long[]::new))
        .map(levels -> levels.stream().collect(Collectors.toMap(CouponLevel::couponId, l -> l)));
  }

  private static CouponLevel level(Readable row) {
    return CouponLevel.of(
        row.get("id", Long.class),
        row.get("total_quantity", Long.class),
        row.get("remaining", Long.class),
        row.get("issuable_from", Instant.class),
        row.get("issuable_until", Instant.class),
        row.get("paused", Boolean.class),
        row.get("now", Instant.class));
  }

  /** Locks issued coupons, each of which must be its user's, and reads them; by id. */
  Mono<Map<UUID, IssuedCoupon>> lockIssued(Session session, List<UUID> ids, List<String> users) {
    return session
        .list(
            LOCK_ISSUED,
            CouponSql::issuedWithCampaign,
            users.toArray(String[]::new),
            ids.toArray(UUID[]::new))
        .map(CouponSql::byId);
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
        MINE_BEFORE, CouponSql::issuedWithCampaign, userId, before.at(), before.id(), limit);
  }

  private static IssuedCoupon issuedWithCampaign(Readable row) {
    return issued(row, campaign(row));
  }

  private static Campaign.Standing standing(Readable row) {
    return new Campaign.Standing(campaign(row), row.get("issued_quantity", Long.class));
  }

  private static Campaign campaign(Readable row) {
    Discount discount =
        new Discount(
            Discount.Type.valueOf(row.get("discount_type", String.class)),
            row.get("discount_value", Long.class),
            row.get("discount_max_amount", Long.class));
    return new Campaign(
        row.get("coupon_id", Long.class),
        row.get("name", String.class),
        discount,
        row.get("min_order_amount", Long.class),
        row.get("total_quantity", Long.class),
        row.get("issuable_from", Instant.class),
        row.get("issuable_until", Instant.class),
        row.get("valid_until", Instant.class),
        row.get("paused", Boolean.class));
  }

  private static IssuedCoupon issued(Readable row, Campaign coupon) {
    return new IssuedCoupon(
        row.get("id", UUID.class),
        coupon,
        row.get("user_id", String.class),
        row.get("issued_at", Instant.class),
        row.get("used_at", Instant.class),
        row.get("order_id", UUID.class));
  }

  static Map<UUID, IssuedCoupon> byId(Collection<IssuedCoupon> rows) {
    // Whoever asked twice in one batch is found twice.
    return rows.stream().collect(Collectors.toMap(IssuedCoupon::id, i -> i, (one, same) -> one));
  }
}
