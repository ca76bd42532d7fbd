package dev.firstcome.shop.stock;

import static dev.firstcome.infra.postgres.Columns.longs;
import static java.util.Objects.requireNonNull;

import dev.firstcome.engine.lock.MultiLock;
import dev.firstcome.engine.lock.NotLocked;
import dev.firstcome.engine.lock.NotLocked.Why;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.shop.audit.AdminAnswer;
import dev.firstcome.shop.audit.AdminChange;
import dev.firstcome.shop.audit.AdminReply;
import dev.firstcome.shop.audit.AdminRequest;
import dev.firstcome.shop.audit.AdminWrites;
import dev.firstcome.shop.stock.StockHandler.Adjusted;
import dev.firstcome.shop.stock.StockHandler.Adjustment;
import dev.firstcome.shop.stock.StockHandler.Line;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Supplies and withdraws units, and writes down by whom and why.
 *
 * <p>All products are locked first, over all instances: so adjusters wait in Redis and not with a
 * connection each, the gate is read anew for one after the other, first come first served. While
 * Redis is away the row locks alone decide, as they do in any case.
 */
@Component
class StockAdjustments {

  private static final Logger log = LoggerFactory.getLogger(StockAdjustments.class);

  // Sorted, as everybody locks stock: two adjustments in opposite orders wait, and never for each
  // other.
  private static final String LOCK =
      """
      SELECT product_id, quantity, fence FROM stock
      WHERE product_id = ANY($1) ORDER BY product_id FOR NO KEY UPDATE
      """;

  // What was written under a later lease, an earlier one does not follow. 0 is no lease.
  private static final String WRITE =
      """
      WITH change AS (
        SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS change (product_id, delta)),
      record AS (
        INSERT INTO stock_adjustments (product_id, delta, reason, adjusted_by, created_at)
        SELECT product_id, delta, $3, $4, $5 FROM change)
      UPDATE stock SET quantity = quantity + delta, fence = greatest(fence, $6)
      FROM change
      WHERE stock.product_id = change.product_id AND quantity + delta >= 0
        AND (fence <= $6 OR $6 = 0)
      """;

  static final long NO_LEASE = 0;

  /** How often work that was overtaken begins anew, under a lease that is later than all. */
  private static final int REPEATS = 2;

  private final StockGate gate;
  private final MultiLock locks;
  private final AdminWrites writes;
  private final Clock clock;

  StockAdjustments(StockGate gate, MultiLock locks, AdminWrites writes, Clock clock) {
    this.gate = gate;
    this.locks = locks;
    this.writes = writes;
    this.clock = clock;
  }

  private record Locked(long product, long quantity, long fence) {}

  /** Its lease was lost, and a later one has written: nothing of it was done. */
  private static final class Overtaken extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long by;

    Overtaken(long by) {
      super("overtaken by " + by, null, false, false);
      this.by = by;
    }
  }

  /**
   * All lines or none.
   *
   * @return the units of each product afterwards; refuses as {@link Adjusting#decide} does, and
   *     with {@code OVERLOADED} when too many wait for these products, or for too long
   */
  Mono<AdminReply> adjust(AdminRequest request, Adjustment wanted) {
    return locks
        .with(
            StockScripts.locks(products(wanted.items())),
            lease -> adjust(request, wanted, lease.fence()))
        .onErrorResume(
            NotLocked.class,
            no ->
                no.why() == Why.AWAY
                    ? adjust(request, wanted, NO_LEASE)
                    : CommonRefusal.OVERLOADED.asError())
        .doOnError(Overtaken.class, late -> locks.seen(late.by))
        .retryWhen(
            Retry.max(REPEATS)
                .filter(Overtaken.class::isInstance)
                .onRetryExhaustedThrow((spec, last) -> CommonRefusal.OVERLOADED.refused()));
  }

  /**
   * @param fence of the lease under which it is done, or {@link #NO_LEASE}
   */
  Mono<AdminReply> adjust(AdminRequest request, Adjustment wanted, long fence) {
    return writes
        .once(request, change -> adjust(change, wanted, fence))
        .delayUntil(done -> refresh(products(wanted.items())));
  }

  private Mono<AdminAnswer> adjust(AdminChange change, Adjustment wanted, long fence) {
    List<Line> lines = wanted.items();
    return lock(change.session(), lines)
        .flatMap(
            rows -> {
              Map<Long, Long> before = quantities(rows);
              Map<Long, Long> after = Adjusting.decide(lines, before);
              note(change, before, after, wanted.reason());
              return write(change, wanted, fence, greatest(rows))
                  .thenReturn(AdminAnswer.ok(Adjusted.of(after)));
            });
  }

  private static void note(
      AdminChange change, Map<Long, Long> before, Map<Long, Long> after, String reason) {
    after.forEach(
        (product, units) ->
            change.note(
                "product:" + product,
                new Units(requireNonNull(before.get(product))),
                new Units(units),
                reason));
  }

  /** What the audit has of a product whose stock was adjusted. */
  private record Units(long stock) {}

  /** It is committed, so nothing can fail here; what is lost the comparison makes up for. */
  private Mono<Void> refresh(Set<Long> products) {
    return gate.refreshed(products)
        .doOnError(away -> log.warn("the gate is not told of an adjustment: {}", away.toString()))
        .onErrorComplete();
  }

  private static Mono<List<Locked>> lock(Session session, List<Line> lines) {
    return session.list(
        LOCK,
        r -> new Locked(r.get(0, Long.class), r.get(1, Long.class), r.get(2, Long.class)),
        (Object) products(lines).toArray(Long[]::new));
  }

  private static Set<Long> products(List<Line> lines) {
    return lines.stream().map(Line::productId).collect(Collectors.toSet());
  }

  private static Map<Long, Long> quantities(List<Locked> rows) {
    return rows.stream().collect(Collectors.toMap(Locked::product, Locked::quantity));
  }

  private static long greatest(List<Locked> rows) {
    return rows.stream().mapToLong(Locked::fence).max().orElse(0);
  }

  /**
   * @param latest fence that has been written to any of the products
   */
  private Mono<Void> write(AdminChange change, Adjustment wanted, long fence, long latest) {
    // Lines that cancel each other out change nothing, so there is nothing to note.
    List<Map.Entry<Long, Long>> changes =
        Adjusting.deltas(wanted.items()).entrySet().stream()
            .filter(delta -> delta.getValue() != 0)
            .toList();
    return change
        .session()
        .update(
            WRITE,
            longs(changes, Map.Entry::getKey),
            longs(changes, Map.Entry::getValue),
            wanted.reason(),
            change.request().actor(),
            clock.instant(),
            fence)
        .filter(changed -> changed == changes.size())
        .switchIfEmpty(
            Mono.error(
                () ->
                    fence == NO_LEASE || latest <= fence
                        ? new IllegalStateException("a locked stock changed")
                        : new Overtaken(latest)))
        .then();
  }
}
