package dev.firstcome;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.json.JsonMapper;

/** What src/ops asks of Prometheus and of the shop. */
final class Ops {

  private static final Path ALERTS = Path.of("src/ops/prometheus/alerts.yml");
  private static final Path DASHBOARD = Path.of("src/ops/grafana/dashboards/firstcome.json");

  private static final Path AUTOSCALER = Path.of("src/ops/kubernetes/autoscaler.yaml");
  private static final Pattern SCALED_BY = Pattern.compile("metric: \\{ name: (\\w+) }");
  private static final Pattern ACTUATOR = Pattern.compile("/actuator/[a-z/]+");

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

  /** The metrics that tell how many shops there are to be. */
  static List<String> scaledBy() throws IOException {
    return SCALED_BY
        .matcher(Files.readString(AUTOSCALER))
        .results()
        .map(metric -> metric.group(1))
        .toList();
  }

  /** All that is asked. */
  static List<String> queries() throws IOException {
    return Stream.of(alerts().stream().map(Alert::query), panels().stream(), scaledBy().stream())
        .flatMap(queries -> queries)
        .toList();
  }

  /** Where a shop is looked at, by whomever: probes, balancers, Prometheus. */
  static Set<String> probed() throws IOException {
    Set<String> paths = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src/ops"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        ACTUATOR.matcher(Files.readString(file)).results().forEach(path -> paths.add(path.group()));
      }
    }
    return paths;
  }
}
