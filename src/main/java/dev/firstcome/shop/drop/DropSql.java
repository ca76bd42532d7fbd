package dev.firstcome.shop.drop;

import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of drops. */
@Component
class DropSql {

  private static final String OFFERS =
      """
      SELECT p.id AS product_id, p.name AS product_name, p.price, p.on_sale,
        p.max_per_user AS product_max_per_user,
        d.id, d.name, d.opens_at, d.closes_at, d.max_per_user, d.paused,
        l.rate_per_second, l.admission_seconds, l.absent_seconds
      FROM products p LEFT JOIN drops d ON d.id = p.drop_id
      LEFT JOIN drop_lines l ON l.drop_id = d.id AND l.active
      WHERE p.id = ANY($1)
      """;

  private static final String BODIES =
      """
      SELECT d.id, d.name, d.opens_at, d.closes_at, d.max_per_user, d.paused, d.version,
        l.rate_per_second, l.admission_seconds, l.absent_seconds,
        encode(sha256(l.seed), 'hex') AS seed_hash,
        CASE WHEN l.shuffled_at IS NOT NULL THEN encode(l.seed, 'hex') END AS seed,
        l.admitted_up_to, l.waiting,
        statement_timestamp() AS now,
        p.id AS product_id, p.name AS product_name, p.price, s.quantity,
        p.max_per_user AS product_max_per_user
      FROM drops d
      LEFT JOIN drop_lines l ON l.drop_id = d.id AND l.active
      LEFT JOIN products p ON p.drop_id = d.id
      LEFT JOIN stock s ON s.product_id = p.id
      """;

  private static final String BODIES_OF =
      BODIES + "WHERE d.id = ANY($1) ORDER BY d.id DESC, product_id";

  // The status as Drop.status has it: StatusIT holds the two against each other.
  private static final String NEWEST_BEFORE =
      BODIES
          + """
          WHERE d.id IN (
            SELECT id FROM drops
            WHERE id < $1 AND ($2 = '' OR $2 = CASE
              WHEN closes_at <= statement_timestamp() THEN 'CLOSED'
              WHEN opens_at > statement_timestamp() THEN 'SCHEDULED'
              WHEN paused THEN 'PAUSED'
              ELSE 'OPEN' END)
            ORDER BY id DESC LIMIT $3)
          ORDER BY d.id DESC, product_id
          """;

  private static final String BOUND =
      """
      SELECT p.id AS product_id, p.on_sale, s.ordered_at, statement_timestamp() AS now,
        d.id, d.name, d.opens_at, d.closes_at, d.max_per_user, d.paused,
        l.rate_per_second, l.admission_seconds, l.absent_seconds
      FROM products p JOIN drops d ON d.id = p.drop_id JOIN stock s ON s.product_id = p.id
      LEFT JOIN drop_lines l ON l.drop_id = d.id AND l.active
      WHERE p.drop_id IS NOT NULL
      ORDER BY p.drop_id DESC LIMIT $1
      """;

  private static final String LOCK =
      """
      SELECT id, name, opens_at, closes_at, max_per_user, paused, version,
        NULL::bigint AS rate_per_second, NULL::bigint AS admission_seconds,
        NULL::bigint AS absent_seconds
      FROM drops WHERE id = $1 FOR NO KEY UPDATE
      """;

  private static final String PRODUCTS_OF =
      "SELECT id FROM products WHERE drop_id = $1 ORDER BY id";

  private static final String INSERT =
      """
      INSERT INTO drops (name, opens_at, closes_at, max_per_user)
      SELECT $1::text, $2::timestamptz, closes_at, max_per_user
      FROM unnest($3::timestamptz[], $4::bigint[]) AS may_be_null (closes_at, max_per_user)
      RETURNING id
      """;

  private static final String WRITE =
      """
      UPDATE drops SET name = $2, opens_at = $3, paused = $4, version = version + 1,
        closes_at = may_be_null.closes_at, max_per_user = may_be_null.max_per_user,
        limited_at = CASE
          WHEN drops.max_per_user IS DISTINCT FROM may_be_null.max_per_user THEN clock_timestamp()
          ELSE limited_at END
      FROM unnest($5::timestamptz[], $6::bigint[]) AS may_be_null (closes_at, max_per_user)
      WHERE id = $1
      """;

  private static final String BIND =
      """
      UPDATE products SET version = version + 1,
        drop_id = CASE WHEN products.id = ANY($2) THEN $1 END
      FROM (
        SELECT id AS product_id, drop_id AS loser FROM products
        WHERE (drop_id = $1 AND NOT id = ANY($2)) OR (id = ANY($2) AND drop_id IS DISTINCT FROM $1)
        ) AS was
      WHERE products.id = was.product_id
      RETURNING was.product_id, was.loser
      """;

  private static final String RAISE =
      """
      UPDATE drops SET version = version + 1 WHERE id = ANY(ARRAY(
        SELECT id FROM drops WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE))
      """;

  private final Database database;

  DropSql(Database database) {
    this.database = database;
  }

  /** The terms of the products that exist. */
  Mono<List<Offer>> offers(Session session, Collection<Long> productIds) {
    return session.list(OFFERS, DropSql::offer, (Object) productIds.toArray(Long[]::new));
  }

  /** Drops as they are answered; by id. */
  Mono<Map<Long, DropBody>> bodies(Collection<Long> ids) {
    return database
        .list(BODIES_OF, DropRow::of, (Object) ids.toArray(Long[]::new))
        .map(DropSql::bodies);
  }

  /** The same within a transaction, which sees what it has written. */
  Mono<Map<Long, DropBody>> bodies(Session session, Collection<Long> ids) {
    return session
        .list(BODIES_OF, DropRow::of, (Object) ids.toArray(Long[]::new))
        .map(DropSql::bodies);
  }

  /**
   * @param status null: of any
   */
  Mono<List<DropBody>> newestBefore(long id, Drop.@Nullable Status status, int limit) {
    return database
        .list(NEWEST_BEFORE, DropRow::of, id, status == null ? "" : status.name(), limit)
        .map(rows -> List.copyOf(bodies(rows).values()));
  }

  /** The products of the newest drops. */
  Mono<List<DropBoard.Bound>> bound(int limit) {
    return database.list(
        BOUND,
        row ->
            new DropBoard.Bound(
                row.get("product_id", Long.class),
                row.get("on_sale", Boolean.class),
                drop(row),
                row.get("ordered_at", Instant.class),
                row.get("now", Instant.class)),
        limit);
  }

  /** A drop under its lock, without its line. */
  record Locked(Drop drop, long version) {}

  /** Locks a drop; empty if there is none. */
  Mono<Locked> lock(Session session, long id) {
    return session
        .list(LOCK, row -> new Locked(drop(row), row.get("version", Long.class)), id)
        .flatMap(found -> Mono.justOrEmpty(found.stream().findFirst()));
  }

  /** The products that a drop binds, in ascending order. */
  Mono<List<Long>> productsOf(Session session, long id) {
    return session.list(PRODUCTS_OF, row -> row.get(0, Long.class), id);
  }

  /** Writes a new drop, whose id it tells. */
  Mono<Long> insert(Session session, DropTerms terms) {
    return session
        .list(
            INSERT,
            row -> row.get(0, Long.class),
            terms.name(),
            terms.opensAt(),
            new Instant[] {terms.closesAt()},
            new Long[] {terms.maxPerUser()})
        .map(ids -> ids.get(0));
  }

  Mono<Long> write(Session session, Drop drop) {
    return session.update(
        WRITE,
        drop.id(),
        drop.name(),
        drop.opensAt(),
        drop.paused(),
        new Instant[] {drop.closesAt()},
        new Long[] {drop.maxPerUser()});
  }

  /**
   * Makes these, and no others, the drop's products. The caller holds the locks of their stock.
   *
   * @return what other drops lost by it, by drop
   */
  Mono<SortedMap<Long, SortedSet<Long>>> bind(
      Session session, long id, Collection<Long> productIds) {
    return session
        .list(BIND, Moved::of, id, productIds.toArray(Long[]::new))
        .map(moved -> losses(id, moved));
  }

  /**
   * A product that was bound or let go.
   *
   * @param loser the drop that bound it before; null: none
   */
  private record Moved(long productId, @Nullable Long loser) {

    static Moved of(Readable row) {
      return new Moved(row.get("product_id", Long.class), row.get("loser", Long.class));
    }
  }

  private static SortedMap<Long, SortedSet<Long>> losses(long id, List<Moved> all) {
    SortedMap<Long, SortedSet<Long>> losses = new TreeMap<>();
    for (Moved moved : all) {
      if (moved.loser != null && moved.loser != id) {
        losses.computeIfAbsent(moved.loser, drop -> new TreeSet<>()).add(moved.productId);
      }
    }
    return losses;
  }

  /** Gives drops that lost products a new version. */
  Mono<Long> raise(Session session, Collection<Long> ids) {
    return session.update(RAISE, (Object) ids.toArray(Long[]::new));
  }

  private record DropRow(
      Drop drop,
      DropBody.@Nullable Line line,
      Instant now,
      long version,
      DropBody.@Nullable Item product) {

    static DropRow of(Readable row) {
      Long product = row.get("product_id", Long.class);
      return new DropRow(
          DropSql.drop(row),
          DropSql.line(row),
          row.get("now", Instant.class),
          row.get("version", Long.class),
          product == null
              ? null
              : new DropBody.Item(
                  product,
                  row.get("product_name", String.class),
                  row.get("price", Long.class),
                  row.get("quantity", Long.class),
                  row.get("product_max_per_user", Long.class)));
    }
  }

  private static Map<Long, DropBody> bodies(List<DropRow> rows) {
    Map<Long, List<DropRow>> byDrop = new LinkedHashMap<>();
    rows.forEach(row -> byDrop.computeIfAbsent(row.drop.id(), id -> new ArrayList<>()).add(row));
    Map<Long, DropBody> bodies = new LinkedHashMap<>();
    byDrop.forEach((id, of) -> bodies.put(id, body(of)));
    return bodies;
  }

  private static DropBody body(List<DropRow> rows) {
    List<DropBody.Item> products = new ArrayList<>(rows.size());
    for (DropRow row : rows) {
      if (row.product != null) {
        products.add(row.product);
      }
    }
    DropRow any = rows.get(0);
    boolean soldOut = products.stream().allMatch(product -> product.stock() == 0);
    DropBody.Line line = any.line == null ? null : any.line.with(soldOut);
    return DropBody.of(any.drop, products, line, any.now, any.version);
  }

  /** What is left is read with the products. */
  private static DropBody.@Nullable Line line(Readable row) {
    return row.get("admission_seconds", Long.class) == null
        ? null
        : new DropBody.Line(
            row.get("seed_hash", String.class),
            row.get("seed", String.class),
            row.get("admitted_up_to", Long.class),
            row.get("waiting", Long.class),
            false);
  }

  private static Offer offer(Readable row) {
    return new Offer(
        row.get("product_id", Long.class),
        row.get("product_name", String.class),
        row.get("price", Long.class),
        row.get("on_sale", Boolean.class),
        row.get("product_max_per_user", Long.class),
        row.get("id", Long.class) == null ? null : drop(row));
  }

  private static Drop drop(Readable row) {
    return new Drop(
        row.get("id", Long.class),
        row.get("name", String.class),
        row.get("opens_at", Instant.class),
        row.get("closes_at", Instant.class),
        row.get("max_per_user", Long.class),
        row.get("paused", Boolean.class),
        LineTermsSql.read(row));
  }
}
