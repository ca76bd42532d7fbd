package dev.firstcome.engine.lane;

import static java.util.stream.Collectors.toSet;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import reactor.core.publisher.Mono;

/**
 * Tells which rows of some commands somebody else holds at this moment. It is asked only after a
 * row was waited for in vain, and must not wait itself: {@code FOR … SKIP LOCKED}.
 *
 * @param <C> the command
 */
@FunctionalInterface
public interface LockedRows<C> {

  /** For each command, in order, those of its rows that others hold. */
  Mono<List<Set<Row>>> of(List<C> commands);

  /** A row, by its table and its key. */
  record Row(String table, Object key) {

    @Override
    public String toString() {
      return table + " " + key;
    }
  }

  /**
   * Rows of one table.
   *
   * @param keys the rows that a command needs
   * @param held those of some keys that others hold
   */
  static <C, K> LockedRows<C> in(
      String table,
      Function<C, ? extends Collection<K>> keys,
      Function<Set<K>, Mono<Set<K>>> held) {
    return commands ->
        held.apply(commands.stream().flatMap(c -> keys.apply(c).stream()).collect(toSet()))
            .map(found -> commands.stream().map(c -> rows(table, keys.apply(c), found)).toList());
  }

  private static <K> Set<Row> rows(String table, Collection<K> keys, Set<K> held) {
    return keys.stream().filter(held::contains).map(k -> new Row(table, k)).collect(toSet());
  }

  /** These and those, asked for one after the other. */
  default LockedRows<C> and(LockedRows<C> others) {
    return commands -> of(commands).zipWhen(these -> others.of(commands), LockedRows::union);
  }

  private static List<Set<Row>> union(List<Set<Row>> these, List<Set<Row>> those) {
    return IntStream.range(0, these.size())
        .mapToObj(i -> Stream.of(these.get(i), those.get(i)).flatMap(Set::stream).collect(toSet()))
        .toList();
  }

  /** For lanes that lock no row: whatever they wait for, halving finds it. */
  static <C> LockedRows<C> unknown() {
    return commands -> Mono.just(Collections.nCopies(commands.size(), Set.of()));
  }
}
