package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

/** What is written about the code is held against the code. */
class ReadmeTest {

  private static final Path README = Path.of("README.md");
  private static final Path GUARANTEES = Path.of("src/docs/guarantees.md");

  private static final Pattern LINK = Pattern.compile("]\\(([^)#:]*)(?:#([^)]*))?\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern CLASS = Pattern.compile("[A-Z][a-z]+[A-Za-z]*");
  private static final Pattern CAMEL = Pattern.compile("(?:[A-Z][a-z]+){2,}(?:IT)?");
  private static final Pattern CONSTRAINT = Pattern.compile("[a-z]+(_[a-z]+){2,}|[a-z_]+_pkey");
  private static final Pattern PLACE =
      Pattern.compile("(?<![A-Za-z/…])(?:src|db|\\.ci)/[A-Za-z0-9_./-]+(?!…)\\b");
  private static final Pattern SETTING = Pattern.compile("firstcome\\.(?!jar)[a-z.-]+[a-z]");
  private static final Pattern VARIABLE = Pattern.compile("FIRSTCOME_[A-Z_]+[A-Z]");
  private static final Pattern METRIC = Pattern.compile("firstcome_[a-z_]+[a-z]");
  private static final Pattern THREAT =
      Pattern.compile("(?m)^\\| \\*\\*API\\d+\\*\\* .*\\| ([^|]+) \\|$");

  private static final Pattern CHECK = Pattern.compile("src/test/check ([a-z-]+)");

  /** Names in capitals and small letters that are no classes of ours. */
  private static final Set<String> FOREIGN = Set.of("RateLimit", "WebFilter");

  /** Variables that are no settings. */
  private static final Set<String> DEVELOPMENT = Set.of("FIRSTCOME_SERVERS");

  @Test
  void isShort() {
    assertThat(read(README).lines().count()).isLessThanOrEqualTo(200);
    assertThat(words(README)).isLessThanOrEqualTo(1_400);
    assertThat(documents().stream().mapToLong(ReadmeTest::words).sum()).isLessThanOrEqualTo(22_500);
  }

  @Test
  void theTableOfWhatCiRunsHasEveryCheckThatItRuns() {
    String table = between(read(Path.of("CONTRIBUTING.md")), "## What CI runs", "## Style");
    assertThat(read(Path.of(".ci/run")).lines().filter(line -> !line.startsWith("#")))
        .flatMap(line -> CHECK.matcher(line).results().map(found -> found.group(1)).toList())
        .hasSizeGreaterThan(10)
        .filteredOn(check -> !check.equals("with-shop"))
        .allSatisfy(check -> assertThat(table).contains("`" + check));
  }

  private static long words(Path document) {
    return Stream.of(read(document).split("\\s+")).filter(word -> !word.isEmpty()).count();
  }

  @Test
  void promisesNameTestsClassesAndConstraintsThatExist() {
    String promises = between(read(GUARANTEES), "<!-- promises: begin -->", "<!-- promises: end");
    Set<String> classes = classes();
    String migrations = all("db/migration", ".sql");
    List<String> names = codes(promises);
    assertThat(names).hasSizeGreaterThan(80);
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
  void threatsAreShownByTestsThatExist() {
    String threats =
        between(read(Path.of("SECURITY.md")), "<!-- threats: begin -->", "<!-- threats: end -->");
    assertThat(THREAT.matcher(threats).results().map(threat -> threat.group(1)))
        .hasSize(10)
        .allSatisfy(ReadmeTest::namesOnlyTests);
  }

  private static void namesOnlyTests(String shownBy) {
    Map<String, String> tests = tests();
    assertThat(codes(shownBy)).isNotEmpty();
    for (String name : codes(shownBy)) {
      String[] parts = name.split("\\.", 2);
      assertThat(tests).as(name).containsKey(parts[0]);
      if (parts.length == 2) {
        assertThat(tests.get(parts[0])).as(name).contains(" void " + parts[1] + "(");
      }
    }
  }

  /** The texts of the tests, by class. */
  private static Map<String, String> tests() {
    return files("src/test/java", "(Test|IT).java").stream()
        .collect(
            Collectors.toMap(
                file -> file.getFileName().toString().replace(".java", ""),
                ReadmeTest::read,
                (one, other) -> one + other));
  }

  @ParameterizedTest
  @MethodSource("documents")
  void leadsNowhereInVain(Path document) {
    for (MatchResult link : LINK.matcher(read(document)).results().toList()) {
      Path target =
          link.group(1).isEmpty() ? document : document.resolveSibling(link.group(1)).normalize();
      assertThat(target).as(link.group()).exists();
      if (link.group(2) != null && target.toString().endsWith(".md")) {
        assertThat(anchors(target)).as(link.group()).contains(link.group(2));
      }
    }
  }

  /** As GitHub makes them. */
  private static List<String> anchors(Path document) {
    return HEADING
        .matcher(read(document))
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} -]", "").replace(' ', '-'))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void namesPlacesClassesSettingsAndMetricsThatExist(Path document) {
    String text = read(document);
    Set<String> missing = new TreeSet<>();
    note(text, PLACE, missing, place -> Files.exists(Path.of(place)));
    Set<String> classes = classes();
    codes(text).stream()
        .filter(name -> CAMEL.matcher(name).matches())
        .filter(name -> !classes.contains(name) && !FOREIGN.contains(name))
        .forEach(missing::add);
    String code = String.join("\n", codes(text));
    Set<String> settings = Settings.names();
    note(code, SETTING, missing, name -> isSetting(name, settings));
    note(text, VARIABLE, missing, name -> isVariable(name, settings));
    String metrics = read(Path.of("src/docs/operations.md"));
    note(code, METRIC, missing, name -> metrics.contains("| `" + name));
    assertThat(missing).as("named in %s", document).isEmpty();
  }

  private static void note(
      String text,
      Pattern pattern,
      Set<String> missing,
      java.util.function.Predicate<String> there) {
    pattern
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .map(name -> name.replaceAll("[./]+$", ""))
        .filter(there.negate())
        .forEach(missing::add);
  }

  /** A setting, or what several begin with. */
  private static boolean isSetting(String name, Set<String> settings) {
    return settings.stream()
        .anyMatch(setting -> setting.equals(name) || setting.startsWith(name + "."));
  }

  private static boolean isVariable(String name, Set<String> settings) {
    return DEVELOPMENT.contains(name)
        || settings.stream().anyMatch(setting -> Settings.variable(setting).equals(name));
  }

  static List<Path> documents() {
    List<Path> documents = new ArrayList<>(files("src", ".md"));
    documents.add(Path.of("db/README.md"));
    try (Stream<Path> top = Files.list(Path.of(""))) {
      top.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return documents;
  }

  private static Set<String> classes() {
    return files("src", ".java").stream()
        .map(file -> file.getFileName().toString().replace(".java", ""))
        .collect(Collectors.toSet());
  }

  private static List<Path> files(String root, String ending) {
    Pattern pattern = Pattern.compile(".*" + ending.replace(".", "\\."));
    try (Stream<Path> files = Files.walk(Path.of(root))) {
      return files.filter(file -> pattern.matcher(file.toString()).matches()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String all(String folder, String ending) {
    return files(folder, ending).stream().map(ReadmeTest::read).collect(Collectors.joining("\n"));
  }

  private static List<String> codes(String text) {
    return CODE.matcher(text).results().map(code -> code.group(1)).toList();
  }

  private static String between(String text, String begin, String end) {
    assertThat(text).contains(begin, end);
    return text.substring(text.indexOf(begin), text.indexOf(end));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
