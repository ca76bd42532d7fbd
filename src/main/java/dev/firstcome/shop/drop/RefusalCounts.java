package dev.firstcome.shop.drop;

import dev.firstcome.refusal.Refused;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Counts the orders that are refused in a drop, by code. This instance keeps its own until {@link
 * RefusalWriter} adds them to the table: never more entries than the board's drops times codes.
 */
@Component
public class RefusalCounts {

  /** What is counted. */
  record Counted(long dropId, String code) {}

  private final DropBoard board;
  private final RefusalSql sql;
  private final Map<Counted, Long> fresh = new ConcurrentHashMap<>();

  RefusalCounts(DropBoard board, RefusalSql sql) {
    this.board = board;
    this.sql = sql;
  }

  /**
   * An order of these products was refused: once in each of their drops. That the shop could not
   * say yes or no is not a refusal.
   */
  public void count(Collection<Long> productIds, Refused refused) {
    if (refused.refusal().status().is4xxClientError()) {
      String code = refused.refusal().name();
      board
          .dropsOf(productIds)
          .forEach(drop -> fresh.merge(new Counted(drop, code), 1L, Long::sum));
    }
  }

  /** What all instances have added of a drop, by code. */
  public Mono<List<Map.Entry<String, Long>>> of(long dropId) {
    return sql.of(dropId);
  }

  /** Takes what was counted since the last time. */
  Map<Counted, Long> take() {
    Map<Counted, Long> taken = new HashMap<>();
    for (Counted key : Set.copyOf(fresh.keySet())) {
      Long number = fresh.remove(key);
      if (number != null) {
        taken.put(key, number);
      }
    }
    return taken;
  }

  /** Gives back what was taken and not written. */
  void putBack(Map<Counted, Long> taken) {
    taken.forEach((key, number) -> fresh.merge(key, number, Long::sum));
  }

  boolean isEmpty() {
    return fresh.isEmpty();
  }
}
