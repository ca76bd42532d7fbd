package dev.firstcome.engine.lane;

import dev.firstcome.engine.lane.LockedRows.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Commands of a batch that are tried together.
 *
 * @param retries how often they may be tried again after a race
 * @param rows why they are tried apart from the others: somebody held these; mostly empty
 */
record Part<C, T>(List<Waiter<C, T>> waiters, int retries, Set<Row> rows) {

  List<C> commands() {
    return waiters.stream().map(Waiter::command).toList();
  }

  int size() {
    return waiters.size();
  }

  Part<C, T> again() {
    return new Part<>(waiters, retries - 1, rows);
  }

  List<Part<C, T>> halves() {
    int half = size() / 2;
    return List.of(
        new Part<>(waiters.subList(0, half), retries, rows),
        new Part<>(waiters.subList(half, size()), retries, rows));
  }

  /**
   * Parts by the rows that keep their commands: first what is refused at once, then what nothing
   * keeps, then the others, those first that wait for one row.
   *
   * @param held the rows of each command that others hold
   * @param counts which rows matter
   */
  List<Part<C, T>> apart(List<Set<Row>> held, Predicate<Row> counts, RowsSetAside setAside) {
    Map<Set<Row>, List<Waiter<C, T>>> groups = new LinkedHashMap<>();
    for (int i = 0; i < size(); i++) {
      Set<Row> keeping = held.get(i).stream().filter(counts).collect(Collectors.toSet());
      groups.computeIfAbsent(keeping, rows -> new ArrayList<>()).add(waiters.get(i));
    }
    return groups.entrySet().stream()
        .map(group -> new Part<>(group.getValue(), retries, group.getKey()))
        .sorted(Comparator.comparingInt(part -> part.rests(setAside) ? -1 : part.rows.size()))
        .toList();
  }

  /** Whether it needs a row that is not waited for at present. */
  boolean rests(RowsSetAside setAside) {
    return rows.stream().anyMatch(setAside::rests);
  }
}
