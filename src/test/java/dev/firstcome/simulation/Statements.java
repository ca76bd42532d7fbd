package dev.firstcome.simulation;

import dev.firstcome.simulation.PostgresServer.Answer;
import dev.firstcome.simulation.PostgresServer.Key;
import dev.firstcome.simulation.PostgresServer.Tx;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The shop's SQL texts, each with what it does in Java ({@link ShopSql}). A text is found by where
 * it stands in the shop, and its digest is noted: whoever changes the SQL is told to change its
 * meaning here as well.
 */
final class Statements {

  private static final Map<String, Sql> BY_TEXT = new HashMap<>();
  private static final List<String> CHANGED = new ArrayList<>();

  static {
    ShopSql.all();
  }

  private Statements() {}

  /** What is locked, in order, as the statement's own snapshot shows it; names to be taken too. */
  @FunctionalInterface
  interface Locks {
    Locks NONE = (db, tx, arguments) -> List.of();

    List<Key> of(PostgresServer db, Tx tx, Object[] arguments);
  }

  /** The effect, once the locks are there. */
  @FunctionalInterface
  interface Body {
    Answer run(PostgresServer db, Tx tx, Object[] arguments, List<Key> locked);
  }

  record Sql(String name, List<String> columns, Locks locks, Body body) {}

  /** Fails if the shop's SQL is no longer what is simulated. */
  static void requireCurrent() {
    if (!CHANGED.isEmpty()) {
      throw new IllegalStateException(
          "SQL that the simulation knew has changed. Read it, mend its meaning in ShopSql, and note"
              + " its digest there:\n"
              + String.join("\n", CHANGED));
    }
  }

  static Sql of(String text) {
    Sql sql = BY_TEXT.get(text);
    if (sql == null) {
      throw new UnsupportedOperationException("the simulated PostgreSQL does not know: " + text);
    }
    return sql;
  }

  /**
   * @param name room, class and constant of the text
   * @param digest the text's {@code hashCode()}
   */
  static void on(String name, int digest, String columns, Locks locks, Body body) {
    int dot = name.lastIndexOf('.');
    try {
      Field field =
          Class.forName("dev.firstcome." + name.substring(0, dot))
              .getDeclaredField(name.substring(dot + 1));
      field.setAccessible(true);
      String text = (String) field.get(null);
      if (text.hashCode() != digest) {
        CHANGED.add(name + " " + text.hashCode());
      }
      Body varied = (db, tx, a, locked) -> db.variant.body(name, body).run(db, tx, a, locked);
      // Two rooms may ask the same.
      BY_TEXT.putIfAbsent(text, new Sql(name, List.of(columns.split(" ")), locks, varied));
    } catch (ReflectiveOperationException gone) {
      CHANGED.add(name + " is gone: " + gone);
    }
  }

  static Answer rows(Stream<Object[]> rows) {
    List<Object[]> all = rows.toList();
    return new Answer(all, all.size());
  }

  static Answer changed(long number) {
    return new Answer(List.of(), number);
  }

  /** For a trace. */
  static String text(Object[] arguments, Answer answer) {
    String result =
        answer.rows().isEmpty()
            ? Long.toString(answer.changed())
            : answer.rows().stream().map(Arrays::toString).collect(Collectors.joining(" "));
    return Arrays.deepToString(arguments) + " -> " + result;
  }
}
