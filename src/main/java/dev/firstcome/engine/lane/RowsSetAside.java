package dev.firstcome.engine.lane;

import dev.firstcome.engine.lane.LockedRows.Row;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The rows that a lane has stopped waiting for, because somebody holds them for too long. While one
 * rests, commands that need it are refused at once if it is still held. After its rest it is waited
 * for once more, by its own commands alone; each time in vain doubles the rest. A row that nobody
 * found held for a while is forgotten.
 */
final class RowsSetAside {

  /** Rows remembered. One more is only waited for again. */
  static final int MOST = 1000;

  private static final long FIRST_REST = Duration.ofSeconds(1).toNanos();
  private static final long LONGEST_REST = Duration.ofSeconds(8).toNanos();

  private final Map<Row, Rest> rows = new ConcurrentHashMap<>();
  private final LongSupplier nanos;

  private record Rest(long until, long length) {

    Rest next(long now) {
      long longer = Math.min(2 * length, LONGEST_REST);
      return new Rest(now + longer, longer);
    }
  }

  /**
   * @param nanos a clock that never goes back
   */
  RowsSetAside(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Forgets what is old. Costs nothing while there is nothing, as nearly always. */
  boolean isEmpty() {
    if (!rows.isEmpty()) {
      long now = nanos.getAsLong();
      rows.values().removeIf(rest -> now - rest.until > LONGEST_REST);
    }
    return rows.isEmpty();
  }

  int size() {
    return rows.size();
  }

  void add(Row row) {
    if (rows.size() < MOST || rows.containsKey(row)) {
      long now = nanos.getAsLong();
      Rest first = new Rest(now + FIRST_REST, FIRST_REST);
      rows.merge(row, first, (last, begun) -> last.next(now));
    }
  }

  /** It was had again. */
  void remove(Row row) {
    rows.remove(row);
  }

  boolean contains(Row row) {
    return rows.containsKey(row);
  }

  boolean rests(Row row) {
    Rest rest = rows.get(row);
    return rest != null && nanos.getAsLong() - rest.until < 0;
  }
}
