package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The operators' page has a section for every alert, and calls what there is. */
class OperationsTest {

  private static final Path PAGE = Path.of("src/docs/operations.md");
  private static final Pattern SECTION = Pattern.compile("(?m)^### (Firstcome[A-Za-z]+)$");

  /** As the runbook calls the administrator's API: path, then what else curl is told. */
  private static final Pattern ADMIN = Pattern.compile("(?m)^admin '?\"?(/[^\\s?'\"]*)(.*)$");

  private static final Path DOCUMENT = Path.of("src/main/resources/docs/openapi.json");

  @Test
  void callsOnlyWhatAnAdministratorCanCall() throws IOException {
    JsonNode paths = JsonMapper.shared().readTree(Files.readString(DOCUMENT)).path("paths");
    List<MatchResult> calls = ADMIN.matcher(Files.readString(PAGE)).results().toList();
    assertThat(calls).hasSizeGreaterThan(6);
    for (MatchResult call : calls) {
      String path = "/api/v1/admin" + call.group(1).replace("$DROP", "{id}");
      String verb = call.group(2).contains("-X PATCH") ? "patch" : "get";
      assertThat(paths.path(path).has(verb)).as("%s %s", verb, path).isTrue();
    }
  }

  @Test
  void saysOfEveryAlertWhatItMeansAndWhatToDo() throws IOException {
    List<String> alerts = Ops.alerts().stream().map(Ops.Alert::name).toList();
    List<String> sections =
        SECTION.matcher(Files.readString(PAGE)).results().map(found -> found.group(1)).toList();
    assertThat(alerts).hasSizeGreaterThan(10);
    assertThat(sections).isEqualTo(alerts);
    for (Ops.Alert alert : Ops.alerts()) {
      assertThat(alert.page()).endsWith("operations.md#" + alert.name().toLowerCase(Locale.ROOT));
    }
  }
}
