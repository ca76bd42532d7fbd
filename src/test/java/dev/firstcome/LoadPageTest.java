package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page on k6 has every variable that a script reads, with the default that it has there. */
class LoadPageTest {

  private static final Path FOLDER = Path.of("src/k6");
  private static final Pattern READ =
      Pattern.compile("__ENV\\.([A-Z_]+)(?: \\|\\| \"?([^\";)]+))?");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([A-Z_]+)` \\| (.*?) ?\\| ");

  @Test
  void namesTheVariablesThatScriptsRead() throws IOException {
    Map<String, String> rows = rows();
    assertThat(rows.keySet())
        .hasSizeGreaterThan(10)
        .isEqualTo(reads().stream().map(Read::name).collect(Collectors.toSet()));
  }

  @Test
  void tellsEachDefault() throws IOException {
    Map<String, String> rows = rows();
    for (Read read : reads()) {
      String row = rows.getOrDefault(read.name(), "");
      // Read in several scripts, it has a default in each.
      boolean named = row.contains(".js`");
      if (read.preset().matches("\\d+") || read.preset().startsWith("http")) {
        assertThat(row)
            .as("%s in %s", read.name(), read.file())
            .contains(named ? "`" + read.file() + "` " + read.preset() : read.preset());
      }
    }
  }

  @Test
  void namesTheScriptsThatThereAre() throws IOException {
    String page = read(FOLDER.resolve("README.md"));
    assertThat(scripts().filter(script -> read(script).contains("export const options")))
        .hasSizeGreaterThan(5)
        .allSatisfy(script -> assertThat(page).contains("| `" + script.getFileName() + "` |"));
  }

  /**
   * @param preset empty if there is none
   */
  private record Read(String file, String name, String preset) {}

  private static List<Read> reads() throws IOException {
    return scripts().flatMap(LoadPageTest::reads).toList();
  }

  private static Stream<Read> reads(Path script) {
    return READ.matcher(read(script))
        .results()
        .map(
            found ->
                new Read(
                    script.getFileName().toString(),
                    found.group(1),
                    found.group(2) == null ? "" : found.group(2)));
  }

  private static Map<String, String> rows() {
    return ROW.matcher(read(FOLDER.resolve("README.md")))
        .results()
        .collect(
            Collectors.toMap(
                row -> row.group(1),
                LoadPageTest::cell,
                (one, other) -> one + other,
                TreeMap::new));
  }

  private static String cell(MatchResult row) {
    return row.group(2);
  }

  private static Stream<Path> scripts() throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".js")).toList().stream();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
