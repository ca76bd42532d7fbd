package dev.firstcome;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.json.JsonMapper;

/** What src/ops asks of Prometheus. */
final class Ops {

  private static final Path ALERTS = Path.of("src/ops/prometheus/alerts.yml");
  private static final Path DASHBOARD = Path.of("src/ops/grafana/dashboards/firstcome.json");

  private Ops() {}

  /**
   * @param page where it is explained
   */
  record Alert(String name, String query, String page) {}

  static List<Alert> alerts() throws IOException {
    try (InputStream file = Files.newInputStream(ALERTS)) {
      Map<String, List<Map<String, List<Map<String, ?>>>>> rules = new Yaml().load(file);
      return rules.getOrDefault("groups", List.of()).stream()
          .flatMap(group -> group.getOrDefault("rules", List.of()).stream())
          .map(Ops::alert)
          .toList();
    }
  }

  private static Alert alert(Map<String, ?> rule) {
    Map<?, ?> annotations = (Map<?, ?>) Objects.requireNonNull(rule.get("annotations"));
    return new Alert(
        String.valueOf(rule.get("alert")),
        String.valueOf(rule.get("expr")),
        String.valueOf(annotations.get("runbook_url")));
  }

  /** Of the dashboard's panels. */
  static List<String> panels() throws IOException {
    return JsonMapper.shared().readTree(Files.readString(DASHBOARD)).findValues("expr").stream()
        .map(query -> query.asString())
        .toList();
  }

  /** All that is asked. */
  static List<String> queries() throws IOException {
    return Stream.concat(alerts().stream().map(Alert::query), panels().stream()).toList();
  }
}
