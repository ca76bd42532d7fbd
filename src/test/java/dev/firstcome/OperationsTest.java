package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The operators' page has a section for every alert. */
class OperationsTest {

  private static final Path PAGE = Path.of("src/docs/operations.md");
  private static final Pattern SECTION = Pattern.compile("(?m)^### (Firstcome[A-Za-z]+)$");

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
