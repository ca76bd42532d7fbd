package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The page of settings is made from the records that hold them. */
class SettingsPageTest {

  private static final Path PAGE = Path.of("src/docs/settings.md");

  private static final Pattern JAVADOC = Pattern.compile("\\{@(?:code|link) ([^}]*)}");

  private static final String HEAD =
      """
      # Settings

      Made from the settings records by `SettingsPageTest`; do not edit. Write each as a property, or as a variable in capitals without
      hyphens: `firstcome.order.payment-window` is `FIRSTCOME_ORDER_PAYMENTWINDOW`. Other limits, such as the pool of connections, are in
      [`application.yaml`](../main/resources/application.yaml) under Spring Boot's own names.

      """;

  @Test
  void saysWhatTheRecordsSay() throws IOException {
    String fresh =
        HEAD
            + settings()
            + "\nSettings that contradict each other stop the start with a sentence that says how.\n";
    Files.createDirectories(Path.of("target"));
    Files.writeString(Path.of("target/settings.md"), fresh);
    assertThat(PAGE).as("if it differs: cp target/settings.md " + PAGE).hasContent(fresh);
  }

  private static String settings() {
    return Settings.all().map(SettingsPageTest::row).sorted().collect(Collectors.joining());
  }

  private static String row(JsonNode setting) {
    String preset = Settings.preset(setting);
    String text = JAVADOC.matcher(setting.path("description").asString("")).replaceAll("`$1`");
    return "- `%s`%s: %s\n"
        .formatted(
            setting.path("name").asString(), preset.isEmpty() ? "" : " (`" + preset + "`)", text);
  }
}
