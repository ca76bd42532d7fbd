package dev.firstcome;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Sql;
import dev.firstcome.dev.Tokens;
import dev.firstcome.infra.postgres.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;

/** What the shop tells Prometheus, and what is written and asked about it. */
@ShopTest
class OperationsIT {

  private static final Path PAGE = Path.of("src/docs/operations.md");

  /** Those of Spring and the JVM that are not ours to list, but may be asked for. */
  private static final Pattern LISTED =
      Pattern.compile("(firstcome_|http_server_requests_|r2dbc_pool_).*");

  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([a-z0-9_]+)` ?(†?) \\| ([^|]*) \\| [^|]+ \\|$");

  private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z0-9_]+)(?:\\{(.*)})? [^ ]+$");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)(=~|!~|!=|=)\"([^\"]*)\"");
  private static final Pattern SELECTOR = Pattern.compile("([a-z0-9]+(?:_[a-z0-9]+)+)(\\{[^}]*})?");

  /** Labels to group by, and times. */
  private static final Pattern NO_METRIC =
      Pattern.compile("\\b(?:by|without|on)\\s*\\([^)]*\\)|\\[[^]]*]");

  private static final Set<String> FUNCTIONS =
      Set.of("histogram_quantile", "max_over_time", "min_over_time", "group_left");

  /** Given by Prometheus itself to every sample. */
  private static final Set<String> TARGET = Set.of("job", "instance");

  @Autowired WebTestClient client;
  @Autowired Tokens tokens;
  @Autowired Database database;
  @LocalServerPort int port;

  private Map<String, List<Map<String, String>>> samples = Map.of();

  /** Each kind of meter is then there: some come with the first thing they count. */
  @BeforeEach
  void buyAndLook() {
    String user = "operations-" + UUID.randomUUID();
    Shopper shopper = new Shopper(user, tokens.user(user), List.of(port));
    long product = new Sql(database).product(10, 100);
    assertThat(
            shopper
                .send(
                    HttpMethod.POST,
                    "/orders",
                    "o",
                    "{\"items\":[{\"productId\":" + product + ",\"quantity\":1}]}")
                .code())
        .isEqualTo(201);
    shopper.get("/products/popular");
    assertThat(shopper.get("/orders/nothing").code()).isEqualTo(404);
    samples = scrape();
  }

  private Map<String, List<Map<String, String>>> scrape() {
    byte[] text =
        client
            .mutate()
            .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(8 * 1024 * 1024))
            .build()
            .get()
            .uri("/actuator/prometheus")
            .exchange()
            .expectStatus()
            .isOk()
            .expectBody()
            .returnResult()
            .getResponseBody();
    assertThat(text).isNotNull();
    return SAMPLE
        .matcher(new String(text, java.nio.charset.StandardCharsets.UTF_8))
        .results()
        .collect(
            groupingBy(
                sample -> sample.group(1),
                TreeMap::new,
                mapping(sample -> labels(sample.group(2)), toList())));
  }

  private static Map<String, String> labels(String written) {
    Map<String, String> labels = new HashMap<>();
    LABEL
        .matcher(written == null ? "" : written)
        .results()
        .forEach(label -> labels.put(label.group(1), label.group(3)));
    return labels;
  }

  @Test
  void exportsWhatThePageListsAndNothingElse() throws IOException {
    Map<String, String> exported = new TreeMap<>();
    samples.forEach(
        (name, series) -> {
          if (LISTED.matcher(name).matches()) {
            exported.merge(
                family(name),
                labelNames(series),
                (one, other) -> one.length() > other.length() ? one : other);
          }
        });
    Map<String, String> always = new TreeMap<>();
    Map<String, String> all = new TreeMap<>();
    for (MatchResult row : rows()) {
      all.put(row.group(1), row.group(3));
      if (row.group(2).isEmpty()) {
        always.put(row.group(1), row.group(3));
      }
    }
    assertThat(always).hasSizeGreaterThan(30);
    assertThat(exported).containsAllEntriesOf(always);
    assertThat(all).containsAllEntriesOf(exported);
  }

  @Test
  void isAskedOnlyForWhatItExports() throws IOException {
    Set<String> rare =
        rows().stream()
            .filter(row -> !row.group(2).isEmpty())
            .map(row -> row.group(1))
            .collect(Collectors.toSet());
    assertThat(Ops.panels()).hasSizeGreaterThan(15);
    for (String query : Ops.queries()) {
      String bare = NO_METRIC.matcher(query).replaceAll("");
      List<MatchResult> asked =
          SELECTOR
              .matcher(bare)
              .results()
              .filter(found -> !FUNCTIONS.contains(found.group(1)))
              .filter(found -> !isInsideLabels(bare, found.start()))
              .toList();
      assertThat(asked.size() + (query.contains("up{") ? 1 : 0)).as(query).isPositive();
      for (MatchResult one : asked) {
        if (!rare.contains(family(one.group(1)))) {
          assertThat(samples).as(query).containsKey(one.group(1));
          hasLabels(query, one);
        }
      }
    }
  }

  @Test
  void answersWhereverItIsLookedAt() throws IOException {
    assertThat(Ops.probed()).hasSizeGreaterThan(2);
    for (String path : Ops.probed()) {
      client.get().uri(path).exchange().expectStatus().isOk();
    }
  }

  private void hasLabels(String query, MatchResult asked) {
    List<Map<String, String>> series = samples.getOrDefault(asked.group(1), List.of());
    LABEL
        .matcher(asked.group(2) == null ? "" : asked.group(2))
        .results()
        .filter(label -> !TARGET.contains(label.group(1)))
        .forEach(
            label -> {
              boolean exact = label.group(2).equals("=");
              assertThat(series)
                  .as("%s: %s", query, label.group())
                  .anyMatch(
                      labels ->
                          exact
                              ? label.group(3).equals(labels.get(label.group(1)))
                              : labels.containsKey(label.group(1)));
            });
  }

  @Test
  void namesRoutesByTheirTemplatesAndMethodsByTheirNames() {
    client.method(HttpMethod.valueOf("BREW")).uri("/api/v1/brewed-" + port).exchange();
    client.get().uri("/api/v1/products/987654321").exchange();
    List<Map<String, String>> series =
        scrape().getOrDefault("http_server_requests_seconds_count", List.of());
    assertThat(series)
        .extracting(labels -> labels.get("uri"))
        .contains("/api/v1/products/{id}", "/api/v1/orders")
        .noneMatch(uri -> uri.matches(".*\\d{2}.*"));
    assertThat(series).extracting(labels -> labels.get("method")).doesNotContain("BREW");
  }

  /** A series for each, so there are few: what Spring's own default would be is seventy. */
  @Test
  void hasFewBuckets() {
    samples.forEach(
        (name, series) -> {
          if (name.endsWith("_bucket") && LISTED.matcher(name).matches()) {
            Set<String> limits =
                series.stream()
                    .map(labels -> labels.getOrDefault("le", ""))
                    .collect(Collectors.toSet());
            assertThat(limits).as(name).hasSizeBetween(5, 20);
          }
        });
  }

  private static boolean isInsideLabels(String query, int place) {
    return query.lastIndexOf('{', place) > query.lastIndexOf('}', place);
  }

  /** A timer or a summary is one row, however many kinds of series it is made of. */
  private static String family(String name) {
    return name.replaceFirst("_(bucket|count|sum|max)$", "");
  }

  private static String labelNames(List<Map<String, String>> series) {
    Set<String> names = new TreeSet<>();
    series.forEach(labels -> names.addAll(labels.keySet()));
    names.remove("le");
    return names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
  }

  private static List<MatchResult> rows() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf("<!-- metrics: begin -->");
    int end = page.indexOf("<!-- metrics: end -->");
    assertThat(begin).isPositive().isLessThan(end);
    return ROW.matcher(page.substring(begin, end)).results().toList();
  }
}
