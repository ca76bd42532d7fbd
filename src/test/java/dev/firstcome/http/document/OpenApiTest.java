package dev.firstcome.http.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The API's document, complete: written to {@code target/openapi.json} for linters and generators.
 */
class OpenApiTest {

  private static final Path WRITTEN = Path.of("src/main/resources/docs/openapi.json");

  private final JsonNode document = OpenApi.complete();

  @Test
  void isThereForToolsThatReadAFile() throws IOException {
    Files.createDirectories(Path.of("target"));
    Files.writeString(Path.of("target/openapi.json"), document.toPrettyString());
    assertThat(document.path("components").path("examples").size()).isGreaterThan(60);
    assertThat(document.toString())
        .doesNotContain("\"x-body", "\"x-list-of", "\"x-refusals", "\"x-m");
  }

  @Test
  void saysByHandOnlyWhatIsSaidOnce() throws IOException {
    assertThat(Files.readString(WRITTEN).lines().count()).isLessThanOrEqualTo(3_000);
  }

  /** The written document names a refusal's status, and the enum has it: they are the same. */
  @Test
  void knowsEveryRefusalByItsOwnStatus() throws Exception {
    Map<String, Integer> refusals = new TreeMap<>();
    for (Refusal refusal : refusals()) {
      refusals.put(refusal.name(), refusal.status().value());
    }
    assertThat(refusals).hasSizeGreaterThan(30);
    Map<String, Integer> documented = documented();
    assertThat(refusals).containsAllEntriesOf(documented);
    Set<String> unused = new TreeSet<>(refusals.keySet());
    unused.removeAll(documented.keySet());
    Stream.of(CommonRefusal.values()).map(CommonRefusal::name).forEach(unused::remove);
    assertThat(unused).as("refusals that no call names").isEmpty();
  }

  private Map<String, Integer> documented() {
    Map<String, Integer> documented = new TreeMap<>();
    document
        .path("paths")
        .forEach(
            calls ->
                calls.forEach(
                    call ->
                        call.path("responses")
                            .forEachEntry((status, answer) -> note(status, answer, documented))));
    return documented;
  }

  private void note(String status, JsonNode answer, Map<String, Integer> documented) {
    JsonNode response =
        answer.has("$ref") ? document.at(answer.path("$ref").asString().substring(1)) : answer;
    response
        .path("content")
        .path("application/problem+json")
        .path("examples")
        .propertyNames()
        .stream()
        .filter(name -> !name.endsWith(".ko"))
        .forEach(code -> documented.put(code, Integer.valueOf(status)));
  }

  private static List<Refusal> refusals() throws IOException, ClassNotFoundException {
    List<Refusal> all = new ArrayList<>();
    Path root = Path.of("target/classes");
    try (Stream<Path> files = Files.walk(root.resolve("dev/firstcome"))) {
      for (Path file : files.filter(f -> f.toString().endsWith("Refusal.class")).toList()) {
        String name = root.relativize(file).toString().replace('/', '.').replace(".class", "");
        Object[] constants = Class.forName(name).getEnumConstants();
        Stream.of(constants == null ? new Object[0] : constants)
            .map(Refusal.class::cast)
            .forEach(all::add);
      }
    }
    return all;
  }

  /** What common generators stumble over. */
  @Test
  void canBeReadByGenerators() {
    assertThat(document.has("webhooks")).isFalse();
    document
        .findValues("links")
        .forEach(links -> assertThat(links.findValues("requestBody")).isEmpty());
    assertThat(document.findParents("const")).isEmpty();
    document
        .findParents("oneOf")
        .forEach(schema -> assertThat(schema.has("discriminator")).as("%s", schema).isTrue());
    Set<String> names = new TreeSet<>();
    for (String name : document.path("components").path("schemas").propertyNames()) {
      assertThat(names.add(name.toLowerCase(java.util.Locale.ROOT))).as(name).isTrue();
      assertThat(name).doesNotMatch("New[A-Z].*");
    }
  }
}
