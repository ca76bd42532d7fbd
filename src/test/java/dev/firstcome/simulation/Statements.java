package dev.firstcome.simulation;

import dev.firstcome.Firstcome;
import dev.firstcome.simulation.PostgresServer.Answer;
import dev.firstcome.simulation.PostgresServer.Key;
import dev.firstcome.simulation.PostgresServer.Tx;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The shop's statements, each with what it does in Java ({@link ShopSql}). A statement is known by
 * the class and the constant that hold its text: the text may change, and {@code StatementsIT} asks
 * a real PostgreSQL whether it still does what stands here.
 */
final class Statements {

  private static final Map<String, String> CLASSES = classes();
  private static final Map<String, Sql> BY_TEXT = new HashMap<>();
  private static final List<String> GONE = new ArrayList<>();

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

  /**
   * @param name class and constant
   * @param columns of its rows, in order; none if it only changes rows
   */
  record Sql(String name, String text, List<String> columns, Locks locks, Body body) {}

  /** Fails if the shop no longer has a statement that is simulated. */
  static void requireCurrent() {
    if (!GONE.isEmpty()) {
      throw new IllegalStateException(
          "The simulation knows statements that the shop has no longer. Rename or remove them in"
              + " ShopSql:\n"
              + String.join("\n", GONE));
    }
  }

  static Sql of(String text) {
    Sql sql = BY_TEXT.get(text);
    if (sql == null) {
      throw new UnsupportedOperationException(
          "The simulated PostgreSQL does not know this statement. Say in ShopSql what it does:\n"
              + text);
    }
    return sql;
  }

  /** All that are simulated. */
  static Collection<Sql> all() {
    return BY_TEXT.values();
  }

  /**
   * @param name of the class and of the constant that holds the text
   */
  static void on(String name, String columns, Locks locks, Body body) {
    int dot = name.indexOf('.');
    try {
      String type = CLASSES.getOrDefault(name.substring(0, dot), name.substring(0, dot));
      Field field = Class.forName(type).getDeclaredField(name.substring(dot + 1));
      field.setAccessible(true);
      String text = (String) field.get(null);
      Body varied = (db, tx, a, locked) -> db.variant.body(name, body).run(db, tx, a, locked);
      List<String> names = columns.isEmpty() ? List.of() : List.of(columns.split(" "));
      // Two rooms may ask the same.
      BY_TEXT.putIfAbsent(text, new Sql(name, text, names, locks, varied));
    } catch (ReflectiveOperationException gone) {
      GONE.add(name + ": " + gone);
    }
  }

  /** The shop's classes by their simple names: a room may move without a word here. */
  private static Map<String, String> classes() {
    Map<String, String> classes = new HashMap<>();
    try {
      Path root =
          Path.of(Firstcome.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (Stream<Path> files = Files.walk(root.resolve("dev/firstcome"))) {
        files
            .map(file -> root.relativize(file).toString())
            .filter(file -> file.endsWith(".class") && !file.contains("$"))
            .map(file -> file.replace(".class", "").replace('/', '.'))
            .forEach(name -> classes.put(name.substring(name.lastIndexOf('.') + 1), name));
      }
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    return classes;
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
            : answer.rows().stream().map(Arrays::deepToString).collect(Collectors.joining(" "));
    return Arrays.deepToString(arguments) + " -> " + result;
  }
}
