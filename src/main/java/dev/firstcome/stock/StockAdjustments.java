package dev.firstcome.stock;

import static dev.firstcome.database.Columns.longs;

import dev.firstcome.database.Database;
import dev.firstcome.database.Session;
import dev.firstcome.stock.StockHandler.Line;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Supplies and withdraws units, and writes down who did and why. */
@Component
class StockAdjustments {

  // Sorted, as everybody locks stock: two adjustments in opposite orders wait, and never for each
  // other.
  private static final String LOCK =
      """
      SELECT product_id, quantity FROM stock
      WHERE product_id = ANY($1) ORDER BY product_id FOR NO KEY UPDATE
      """;

  private static final String WRITE =
      """
      WITH change AS (
        SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS change (product_id, delta)),
      record AS (
        INSERT INTO stock_adjustments (product_id, delta, reason, adjusted_by, created_at)
        SELECT product_id, delta, $3, $4, $5 FROM change)
      UPDATE stock SET quantity = quantity + delta
      FROM change
      WHERE stock.product_id = change.product_id AND quantity + delta >= 0
      """;

  private final StockGate gate;
  private final Database database;
  private final Clock clock;

  StockAdjustments(StockGate gate, Database database, Clock clock) {
    this.gate = gate;
    this.database = database;
    this.clock = clock;
  }

  /**
   * All lines or none.
   *
   * @param by the caller's user id
   * @return the units of each product afterwards; refuses as {@link Adjusting#decide} does
   */
  Mono<Map<Long, Long>> adjust(List<Line> lines, String reason, String by) {
    return database
        .transaction(
            session ->
                lock(session, lines)
                    .map(levels -> Adjusting.decide(lines, levels))
                    .flatMap(after -> write(session, lines, reason, by).thenReturn(after)))
        .doOnNext(after -> gate.refresh(after.keySet()));
  }

  private static Mono<Map<Long, Long>> lock(Session session, List<Line> lines) {
    Long[] products = lines.stream().map(Line::productId).distinct().toArray(Long[]::new);
    return session
        .list(LOCK, r -> Map.entry(r.get(0, Long.class), r.get(1, Long.class)), (Object) products)
        .map(
            rows ->
                rows.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  private Mono<Void> write(Session session, List<Line> lines, String reason, String by) {
    // Lines that cancel each other out change nothing, so there is nothing to note.
    List<Map.Entry<Long, Long>> changes =
        Adjusting.deltas(lines).entrySet().stream()
            .filter(change -> change.getValue() != 0)
            .toList();
    return session
        .update(
            WRITE,
            longs(changes, Map.Entry::getKey),
            longs(changes, Map.Entry::getValue),
            reason,
            by,
            clock.instant())
        .filter(changed -> changed == changes.size())
        .switchIfEmpty(Mono.error(() -> new IllegalStateException("a locked stock changed")))
        .then();
  }
}
