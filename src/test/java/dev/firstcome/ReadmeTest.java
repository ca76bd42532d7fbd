package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is written about the code is held against the code. */
class ReadmeTest {

  private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(#[^)]*)?\\)");
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern CLASS = Pattern.compile("[A-Z][a-z]+[A-Za-z]*");
  private static final Pattern CONSTRAINT = Pattern.compile("[a-z]+(_[a-z]+){2,}|[a-z_]+_pkey");
  private static final Pattern THREAT =
      Pattern.compile("(?m)^\\| \\*\\*API\\d+\\*\\* .*\\| ([^|]+) \\|$");
  private static final Pattern SETTING =
      Pattern.compile("\\| `([a-z0-9.-]+)` \\| (?:`(.+)`)? ?\\|");

  @Test
  void listsEverySettingWithItsDefault() throws IOException {
    Set<String> written =
        SETTING
            .matcher(
                between(
                    read(Path.of("README.md")),
                    "<!-- settings: begin -->",
                    "<!-- settings: end -->"))
            .results()
            .map(row -> row.group(1) + " = " + (row.group(2) == null ? "" : row.group(2)))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(written).isNotEmpty().isEqualTo(settings());
  }

  @Test
  void namesTestsClassesAndConstraintsThatExist() throws IOException {
    String promises = between(read(Path.of("README.md")), "## What is promised", "## Measured");
    Set<String> classes = classes();
    String migrations = String.join("\n", all(Path.of("db/migration"), ".sql"));
    List<String> names = CODE.matcher(promises).results().map(name -> name.group(1)).toList();
    assertThat(names).hasSizeGreaterThan(40);
    for (String name : names) {
      if (CLASS.matcher(name).matches()) {
        assertThat(classes).contains(name);
      } else if (CONSTRAINT.matcher(name).matches()) {
        assertThat(migrations).contains(name + " ");
      }
    }
  }

  /** {@code ClassTest.method}, or the whole class. */
  @Test
  void threatsAreShownByTestsThatExist() throws IOException {
    String threats =
        between(read(Path.of("SECURITY.md")), "<!-- threats: begin -->", "<!-- threats: end -->");
    assertThat(THREAT.matcher(threats).results().map(threat -> threat.group(1)))
        .hasSize(10)
        .allSatisfy(ReadmeTest::namesOnlyTests);
  }

  private static void namesOnlyTests(String shownBy) {
    List<String> names = CODE.matcher(shownBy).results().map(name -> name.group(1)).toList();
    assertThat(names).isNotEmpty();
    for (String name : names) {
      String[] parts = name.split("\\.", 2);
      assertThat(tests()).as(name).containsKey(parts[0]);
      if (parts.length == 2) {
        assertThat(tests().get(parts[0])).as(name).contains(" void " + parts[1] + "(");
      }
    }
  }

  /** The texts of the tests, by class. */
  private static Map<String, String> tests() {
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      return files
          .filter(file -> file.toString().matches(".*(Test|IT)\\.java"))
          .collect(
              Collectors.toMap(
                  file -> file.getFileName().toString().replace(".java", ""),
                  ReadmeTest::text,
                  (one, other) -> one + other));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void leadsNowhereInVain(Path document) throws IOException {
    for (MatchResult link : LINK.matcher(read(document)).results().toList()) {
      assertThat(document.resolveSibling(link.group(1))).as(link.group()).exists();
    }
  }

  static List<Path> documents() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      List<Path> nested = files.filter(file -> file.toString().endsWith(".md")).toList();
      return Stream.concat(
              Stream.of("README.md", "README.ko.md", "SECURITY.md", "CHANGELOG.md", "db/README.md")
                  .map(Path::of),
              nested.stream())
          .toList();
    }
  }

  /** As the compiler wrote them down from the records. */
  private static Set<String> settings() throws IOException {
    JsonNode metadata =
        JsonMapper.shared()
            .readTree(
                new ClassPathResource("META-INF/spring-configuration-metadata.json")
                    .getContentAsByteArray());
    return metadata
        .path("properties")
        .valueStream()
        .map(
            setting -> setting.path("name").asString() + " = " + text(setting.path("defaultValue")))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String text(JsonNode value) {
    return value.isArray()
        ? value.valueStream().map(JsonNode::asString).collect(Collectors.joining(", "))
        : value.asString("");
  }

  private static Set<String> classes() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".java"))
          .map(name -> name.substring(0, name.length() - ".java".length()))
          .collect(Collectors.toSet());
    }
  }

  private static List<String> all(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> paths = files.filter(file -> file.toString().endsWith(ending)).toList();
      List<String> texts = new ArrayList<>();
      for (Path path : paths) {
        texts.add(read(path));
      }
      return texts;
    }
  }

  private static String between(String text, String begin, String end) {
    assertThat(text).contains(begin, end);
    return text.substring(text.indexOf(begin), text.indexOf(end));
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
