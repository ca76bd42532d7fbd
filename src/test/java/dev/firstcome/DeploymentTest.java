package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Image, compose file and manifests say of the shop, and of each other, what is so. */
class DeploymentTest {

  private static final Path COMPOSE = Path.of("docker-compose.yml");
  private static final Path IMAGE = Path.of("src/ops/image");
  private static final Path KUBERNETES = Path.of("src/ops/kubernetes");

  /** A setting as a variable: only these are the shop's. */
  private static final Pattern VARIABLE =
      Pattern.compile("\\b((?:FIRSTCOME|SPRING|SERVER|LOGGING|MANAGEMENT)_[A-Z0-9_]+)");

  /** What docker-compose.yml takes where .env says nothing. */
  private static final Pattern DEFAULT = Pattern.compile("\\$\\{\\w+:-([^}]*)}");

  private static final Pattern STORE_IMAGE = Pattern.compile("\\b(?:postgres|redis):\\d+-\\w+");

  @Test
  void setsOnlyWhatCanBeSet() throws IOException {
    Set<String> variables = settings();
    assertThat(variables).contains("SPRING_R2DBC_URL", "FIRSTCOME_WEB_TRUSTEDPROXIES");
    for (Path file : files()) {
      assertThat(found(VARIABLE, file)).as(file.toString()).isSubsetOf(variables);
    }
    assertThat(found(VARIABLE, COMPOSE)).contains("FIRSTCOME_SECURITY_JWTSECRET");
    assertThat(found(VARIABLE, KUBERNETES.resolve("secret.example.yaml")))
        .contains("FIRSTCOME_SECURITY_JWTSECRET");
  }

  /** Or a proxy sends a request into a connection that is being closed, and answers 502. */
  @Test
  void keepsAConnectionForLongerThanMostProxiesDo() throws IOException {
    Duration idle =
        Settings.all()
            .filter(setting -> setting.path("name").asString().equals("firstcome.web.idle-timeout"))
            .map(setting -> DurationStyle.detectAndParse(Settings.preset(setting)))
            .findFirst()
            .orElseThrow();
    assertThat(idle).isGreaterThanOrEqualTo(Duration.ofSeconds(75));
    assertThat(Path.of("src/docs/http.md"))
        .content()
        .contains("idle connection for " + idle.toSeconds() + " s (`firstcome.web.idle-timeout`)");
    assertThat(Path.of("src/docs/operations.md")).content().contains("](http.md#proxies)");
    assertThat(Path.of("src/main/resources/application.yaml"))
        .content()
        .doesNotContain("idle-timeout");
  }

  @Test
  void speaksOfOnePortAndOneUser() throws IOException {
    String port = only("EXPOSE (\\d+)", IMAGE.resolve("Dockerfile"));
    String user = only("USER (\\d+):\\1\n", IMAGE.resolve("Dockerfile"));
    Path deployment = KUBERNETES.resolve("deployment.yaml");
    assertThat(only("containerPort: (\\d+)", deployment)).isEqualTo(port);
    assertThat(only("prometheus.io/port: \"(\\d+)\"", deployment)).isEqualTo(port);
    assertThat(only("runAsUser: (\\d+)", deployment)).isEqualTo(user);
    assertThat(only("SERVER_PORT:-(\\d+)", IMAGE.resolve("healthy"))).isEqualTo(port);
    assertThat(
            found(
                Pattern.compile("server shop\\S+ \\S+:(\\d+)"),
                Path.of("src/ops/haproxy/haproxy.cfg")))
        .containsExactly(port);
    try (Stream<Path> targets = Files.list(Path.of("src/ops/prometheus/targets"))) {
      assertThat(targets.toList())
          .hasSize(3)
          .allSatisfy(
              file -> assertThat(found(Pattern.compile(":(\\d+)\""), file)).containsExactly(port));
    }
  }

  @Test
  void givesAShopThatStopsTheTimeThatThePagePromises() throws IOException {
    String page = Files.readString(Path.of("src/docs/operations.md"));
    Duration promised =
        Duration.ofSeconds(Long.parseLong(only("Allow (\\d+) seconds before SIGKILL", page)));
    Map<String, ?> shop = service("shop");
    assertThat(DurationStyle.SIMPLE.parse(String.valueOf(shop.get("stop_grace_period"))))
        .isEqualTo(promised);
    Path deployment = KUBERNETES.resolve("deployment.yaml");
    long sleep = Long.parseLong(only("sleep: \\{ seconds: (\\d+) }", deployment));
    long grace = Long.parseLong(only("terminationGracePeriodSeconds: (\\d+)", deployment));
    assertThat(Duration.ofSeconds(grace - sleep)).isEqualTo(promised);
  }

  @Test
  void givesTheShopMoreMemoryThanItsHeap() throws IOException {
    long heap = Long.parseLong(only("-Xmx(\\d+)m", IMAGE.resolve("jvm.options")));
    String limit = only("limits: \\{ memory: (\\d+)Mi", KUBERNETES.resolve("deployment.yaml"));
    assertThat(String.valueOf(service("shop").get("mem_limit"))).isEqualTo(limit + "m");
    assertThat(DataSize.ofMegabytes(Long.parseLong(limit)))
        .isGreaterThanOrEqualTo(DataSize.ofMegabytes(2 * heap));
  }

  @Test
  void runsEveryShopWithoutRightsThatItDoesNotNeed() throws IOException {
    for (String name : List.of("shop", "shop-1", "shop-2")) {
      assertThat(service(name).get("read_only")).as(name).isEqualTo(true);
      assertThat(list(service(name), "cap_drop")).as(name).containsExactly("ALL");
      assertThat(list(service(name), "security_opt"))
          .as(name)
          .containsExactly("no-new-privileges:true");
    }
  }

  @Test
  void listensOnThisMachineOnly() throws IOException {
    assertThat(services().values().stream().flatMap(service -> list(service, "ports")))
        .hasSizeGreaterThan(5)
        .allMatch(port -> port.startsWith("127.0.0.1:"));
  }

  @Test
  void bringsUpOnlyTheStoresUnlessAskedForMore() throws IOException {
    assertThat(
            services().entrySet().stream()
                .filter(service -> !service.getValue().containsKey("profiles"))
                .map(Map.Entry::getKey))
        .containsExactlyInAnyOrder("postgres", "redis");
  }

  /** What tests, compose file and training run on. */
  @Test
  void namesOneImageOfEachStore() throws IOException {
    Set<String> images = found(STORE_IMAGE, 0, COMPOSE);
    assertThat(images).hasSize(2);
    Path containers = Path.of("src/test/java/dev/firstcome/dev/Containers.java");
    assertThat(found(STORE_IMAGE, 0, containers)).isEqualTo(images);
    assertThat(found(STORE_IMAGE, 0, IMAGE.resolve("build"))).isEqualTo(images);
  }

  @Test
  void addsInstancesWhenMoreWaitsThanTwoBatchesCarry() throws IOException {
    int batches = Integer.parseInt(preset("firstcome.lanes.concurrency"));
    int commands = Integer.parseInt(preset("firstcome.lanes.max-batch"));
    Path autoscaler = KUBERNETES.resolve("autoscaler.yaml");
    assertThat(only("averageValue: \"(\\d+)\"", autoscaler))
        .isEqualTo(String.valueOf(batches * commands));
    assertThat(Ops.scaledBy()).hasSize(1);
    for (String metric : Ops.scaledBy()) {
      assertThat(Files.readString(KUBERNETES.resolve("prometheus-adapter.yaml")))
          .contains("seriesQuery: '" + metric + "{");
    }
  }

  @Test
  void appliesEveryManifestThereIs() throws IOException {
    Map<String, List<String>> kustomization = yaml(KUBERNETES.resolve("kustomization.yaml"));
    try (Stream<Path> files = Files.list(KUBERNETES)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(
              name -> !name.matches("kustomization.yaml|prometheus-adapter.yaml|secret.yaml"))
          .map(name -> name.replace(".example", ""))
          .containsExactlyInAnyOrderElementsOf(kustomization.getOrDefault("resources", List.of()));
    }
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> ops = Files.walk(Path.of("src/ops"))) {
      return Stream.concat(Stream.of(COMPOSE), ops.filter(Files::isRegularFile)).toList();
    }
  }

  private static Map<String, Map<String, ?>> services() throws IOException {
    Map<String, Map<String, Map<String, ?>>> compose = yaml(COMPOSE);
    return compose.getOrDefault("services", Map.of());
  }

  private static Map<String, ?> service(String name) throws IOException {
    return Objects.requireNonNull(services().get(name), name);
  }

  private static Stream<String> list(Map<String, ?> service, String name) {
    Object entries = service.get(name);
    return entries == null ? Stream.empty() : ((List<?>) entries).stream().map(String::valueOf);
  }

  private static <T> T yaml(Path file) throws IOException {
    return new Yaml().load(DEFAULT.matcher(Files.readString(file)).replaceAll("$1"));
  }

  /** Ours and Spring's, as variables. */
  private static Set<String> settings() throws IOException {
    Set<String> variables = new TreeSet<>();
    for (URL list : metadata("META-INF/spring-configuration-metadata.json")) {
      properties(list)
          .map(property -> property.path("name").asString())
          .map(name -> name.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT))
          .forEach(variables::add);
    }
    return variables;
  }

  private static String preset(String name) throws IOException {
    for (URL list : metadata("META-INF/spring-configuration-metadata.json")) {
      for (JsonNode property : properties(list).toList()) {
        if (property.path("name").asString().equals(name)) {
          return property.path("defaultValue").asString();
        }
      }
    }
    throw new IllegalStateException("no setting " + name);
  }

  private static List<URL> metadata(String name) throws IOException {
    return Collections.list(DeploymentTest.class.getClassLoader().getResources(name));
  }

  private static Stream<JsonNode> properties(URL list) throws IOException {
    try (InputStream text = list.openStream()) {
      return JsonMapper.shared().readTree(text).path("properties").valueStream();
    }
  }

  private static Set<String> found(Pattern pattern, Path file) throws IOException {
    return found(pattern, 1, file);
  }

  private static Set<String> found(Pattern pattern, int group, Path file) throws IOException {
    return pattern
        .matcher(Files.readString(file))
        .results()
        .map(found -> found.group(group))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String only(String pattern, Path file) throws IOException {
    return only(pattern, Files.readString(file));
  }

  private static String only(String pattern, String text) {
    List<MatchResult> found = Pattern.compile(pattern).matcher(text).results().toList();
    assertThat(found).as(pattern).hasSize(1);
    return found.get(0).group(1);
  }
}
