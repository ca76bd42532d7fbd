package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The operators' page has what the settings records say, and a section for every alert. */
class OperationsTest {

  /** The one prefix that is a constant where it is used. */
  private static final String EVENTS = "firstcome.events";

  private static final Path PAGE = Path.of("src/docs/operations.md");

  /** What a settings record says when it refuses to start, in pieces. */
  private static final Pattern REFUSAL =
      Pattern.compile(
          "(?:Exception\\(|require\\([^;]*?,)\\s*(\"[^\"]*\"(?:\\s*\\+\\s*(?:\"[^\"]*\"|\\w+))*)\\s*\\)");

  private static final Pattern PIECE = Pattern.compile("\"([^\"]*)\"|(\\w+)");
  private static final Pattern JAVADOC = Pattern.compile("\\{@(?:code|link) ([^}]*)}");
  private static final Pattern SECTION = Pattern.compile("(?m)^### (Firstcome[A-Za-z]+)$");

  @Test
  void hasTheSettingsAsTheRecordsSayThem() throws IOException {
    String fresh = settings();
    Files.writeString(Path.of("target/operations-settings.md"), fresh);
    assertThat(between("settings"))
        .as("if it differs, put target/operations-settings.md in its place")
        .isEqualTo(fresh);
  }

  @Test
  void hasTheLimitsAsTheRecordsSayThem() throws IOException {
    String fresh = limits();
    Files.writeString(Path.of("target/operations-limits.md"), fresh);
    assertThat(between("limits"))
        .as("if it differs, put target/operations-limits.md in its place")
        .isEqualTo(fresh);
  }

  @Test
  void saysOfEveryAlertWhatItMeansAndWhatToDo() throws IOException {
    List<String> alerts = Ops.alerts().stream().map(Ops.Alert::name).toList();
    List<String> sections =
        SECTION.matcher(Files.readString(PAGE)).results().map(found -> found.group(1)).toList();
    assertThat(alerts).hasSizeGreaterThan(10);
    assertThat(sections).isEqualTo(alerts);
    for (Ops.Alert alert : Ops.alerts()) {
      assertThat(alert.page()).endsWith("operations.md#" + alert.name().toLowerCase());
    }
  }

  private static String settings() throws IOException {
    JsonNode metadata =
        JsonMapper.shared()
            .readTree(
                new ClassPathResource("META-INF/spring-configuration-metadata.json")
                    .getContentAsByteArray());
    String rows =
        metadata
            .path("properties")
            .valueStream()
            .map(OperationsTest::row)
            .sorted()
            .collect(lines());
    return "\n| Setting | Default | Kind | |\n|---|---|---|---|\n" + rows + "\n";
  }

  private static String row(JsonNode setting) {
    String type = setting.path("type").asString();
    JsonNode value = setting.path("defaultValue");
    String preset =
        value.isArray()
            ? value.valueStream().map(JsonNode::asString).collect(Collectors.joining(", "))
            : value.asString("");
    String text = JAVADOC.matcher(setting.path("description").asString("")).replaceAll("`$1`");
    return "| `%s` | %s | %s | %s |\n"
        .formatted(
            setting.path("name").asString(),
            preset.isEmpty() ? "" : "`" + preset + "`",
            type.substring(type.lastIndexOf('.') + 1).replace(">", ""),
            text);
  }

  private static String limits() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      String sentences =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .flatMap(file -> REFUSAL.matcher(read(file)).results())
              .map(OperationsTest::sentence)
              .filter(sentence -> sentence.matches("(firstcome|spring)\\..*"))
              .map(sentence -> "- " + sentence + "\n")
              .sorted()
              .distinct()
              .collect(lines());
      return "\n" + sentences + "\n";
    }
  }

  private static String sentence(MatchResult refusal) {
    String whole =
        PIECE
            .matcher(refusal.group(1))
            .results()
            .map(OperationsTest::piece)
            .collect(Collectors.joining());
    return whole.startsWith(".") ? EVENTS + whole : whole;
  }

  private static String piece(MatchResult found) {
    String literal = found.group(1);
    return literal != null ? literal : found.group(2).equals("NAME") ? EVENTS : "…";
  }

  private static java.util.stream.Collector<CharSequence, ?, String> lines() {
    return Collectors.joining();
  }

  private static String between(String part) throws IOException {
    String page = Files.readString(PAGE);
    String begin = "<!-- " + part + ": begin -->\n";
    String end = "<!-- " + part + ": end -->";
    assertThat(page).contains(begin, end);
    return page.substring(page.indexOf(begin) + begin.length(), page.indexOf(end));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
