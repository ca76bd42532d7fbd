package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.data.r2dbc.repository.Query;

/** What every statement of the shop says, as {@code db/statements.txt} lists it. */
class StatementsTest {

  /** By which column each table would be spread over a distributed PostgreSQL. */
  private static final Map<String, String> SHARD_KEYS =
      Map.ofEntries(
          Map.entry("products", "id"),
          Map.entry("stock", "product_id"),
          Map.entry("stock_adjustments", "product_id"),
          Map.entry("sales", "product_id"),
          Map.entry("coupons", "id"),
          Map.entry("drops", "id"),
          Map.entry("drop_lines", "drop_id"),
          Map.entry("drop_refusals", "drop_id"),
          Map.entry("tickets", "drop_id"),
          Map.entry("buyers", "user_id"),
          Map.entry("point_balances", "user_id"),
          Map.entry("point_entries", "user_id"),
          Map.entry("issued_coupons", "user_id"),
          Map.entry("cart_items", "user_id"),
          Map.entry("orders", "user_id"),
          Map.entry("payments", "user_id"),
          Map.entry("order_items", "order_id"),
          Map.entry("refunds", "order_id"),
          Map.entry("refund_items", "refund_id"),
          Map.entry("outbox", "id"),
          Map.entry("set_aside", "subject"),
          Map.entry("audit", "subject"),
          Map.entry("admin_requests", "id"),
          Map.entry("sales_projection", ""));

  private static final Pattern STATEMENT =
      Pattern.compile("\\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\\s.*", Pattern.DOTALL);
  private static final Pattern TABLE =
      Pattern.compile("\\b(?:FROM|JOIN|INTO|UPDATE)\\s+([a-z_]+)\\b");
  private static final Pattern CONDITION =
      Pattern.compile(
          "\\b(?:WHERE|ON)\\b(.*?)(?=\\b(?:ORDER BY|GROUP BY|RETURNING|SELECT|LIMIT)\\b|$)"
              + "|\\bUSING \\(.*?\\)|INSERT INTO [a-z_]+ \\((.*?)\\)",
          Pattern.DOTALL);
  private static final Pattern KEY =
      Pattern.compile("\\b(id|user_id|drop_id|product_id|coupon_id|order_id|consumer)\\b");
  private static final Pattern ALL_COLUMNS =
      Pattern.compile("SELECT \\* FROM (?!unnest)|RETURNING \\*");

  private final Map<String, String> statements = statements();

  StatementsTest() throws IOException, ClassNotFoundException {}

  /** A prepared plan for all columns fails when a migration adds one. */
  @Test
  void nameTheColumnsOfTheirTables() {
    assertThat(statements).hasSizeGreaterThan(60);
    assertThat(statements.entrySet())
        .filteredOn(s -> ALL_COLUMNS.matcher(s.getValue()).find())
        .isEmpty();
  }

  /**
   * Statistics of a quiet hour say that an index on what is pending has no entries; a plan made by
   * them reads all of it once there are many. Who has a key goes by the key (decision 0019).
   */
  @Test
  void goByTheKeyThatTheyHaveAndNotByAState() {
    Pattern byKeyAndState = Pattern.compile("(?s)WHERE .*\\bid = .*\\bstatus = 'PENDING'");
    assertThat(statements.entrySet())
        .filteredOn(s -> !s.getValue().contains("LIMIT"))
        .filteredOn(s -> byKeyAndState.matcher(s.getValue()).find())
        .isEmpty();
  }

  @Test
  void knowEveryTable() throws IOException {
    Set<String> tables = new TreeSet<>();
    try (var files = Files.list(Path.of("db/migration"))) {
      for (Path file : files.toList()) {
        Matcher table = Pattern.compile("CREATE TABLE (\\w+)").matcher(Files.readString(file));
        while (table.find()) {
          tables.add(table.group(1));
        }
      }
    }
    assertThat(SHARD_KEYS.keySet()).containsExactlyInAnyOrderElementsOf(tables);
  }

  @Test
  void areListedWithWhatTheyName() throws IOException {
    StringBuilder fresh =
        new StringBuilder(
            "# statement: tables; keys that it names; tables whose shard key it lacks\n");
    statements.forEach((name, sql) -> fresh.append(row(name, sql)));
    Files.createDirectories(Path.of("target"));
    Files.writeString(Path.of("target/statements.txt"), fresh);
    assertThat(Path.of("db/statements.txt"))
        .as("if it differs: cp target/statements.txt db/statements.txt")
        .hasContent(fresh.toString());
  }

  private static String row(String name, String sql) {
    Set<String> tables = found(TABLE, sql);
    tables.retainAll(SHARD_KEYS.keySet());
    Set<String> names = new TreeSet<>();
    Matcher condition = CONDITION.matcher(sql);
    while (condition.find()) {
      names.addAll(found(KEY, condition.group()));
    }
    String without =
        tables.stream()
            .filter(table -> !names.contains(SHARD_KEYS.getOrDefault(table, "")))
            .filter(table -> !table.equals("sales_projection"))
            .collect(Collectors.joining(", "));
    return "%s: %s; %s; %s\n"
        .formatted(name, String.join(", ", tables), String.join(", ", names), without);
  }

  private static Set<String> found(Pattern pattern, String text) {
    Set<String> found = new LinkedHashSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  /** By room, class and constant or method. */
  private static Map<String, String> statements() throws IOException, ClassNotFoundException {
    Map<String, String> statements = new TreeMap<>();
    for (Class<?> type : types()) {
      String room = type.getName().replace("dev.firstcome.", "");
      for (Field field : type.getDeclaredFields()) {
        if (field.getType() == String.class && Modifier.isStatic(field.getModifiers())) {
          note(statements, room + "." + field.getName(), constant(field));
        }
      }
      for (Method method : type.getDeclaredMethods()) {
        Query query = method.getAnnotation(Query.class);
        if (query != null) {
          note(statements, room + "." + method.getName(), query.value());
        }
      }
    }
    // A piece that others begin with is no statement.
    Map<String, String> whole = new TreeMap<>(statements);
    whole.values().removeIf(text -> statements.values().stream().anyMatch(s -> isPiece(text, s)));
    return whole;
  }

  private static List<Class<?>> types() throws IOException, ClassNotFoundException {
    Path root = Path.of("target/classes");
    List<Class<?>> types = new ArrayList<>();
    try (var files = Files.walk(root.resolve("dev/firstcome"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String name = root.relativize(file).toString().replace('/', '.').replace(".class", "");
        types.add(Class.forName(name, false, StatementsTest.class.getClassLoader()));
      }
    }
    return types;
  }

  private static boolean isPiece(String text, String of) {
    return of.length() > text.length()
        && !text.contains("$")
        && of.startsWith(text.stripTrailing());
  }

  /** Statements about tables. */
  private static void note(Map<String, String> statements, String name, String text) {
    if (STATEMENT.matcher(text).matches()) {
      Set<String> tables = found(TABLE, text);
      tables.retainAll(List.copyOf(SHARD_KEYS.keySet()));
      if (!tables.isEmpty()) {
        statements.put(name, text);
      }
    }
  }

  private static String constant(Field field) {
    try {
      field.setAccessible(true);
      return String.valueOf(field.get(null));
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
