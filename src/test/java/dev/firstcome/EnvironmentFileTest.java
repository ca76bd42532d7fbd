package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code .env.example} names what docker-compose.yml reads, with the default that it takes. */
class EnvironmentFileTest {

  private static final Path EXAMPLE = Path.of(".env.example");
  private static final Pattern READ = Pattern.compile("\\$\\{([A-Z_]+):-([^}]*)}");
  private static final Pattern ANY = Pattern.compile("\\$\\{?[A-Za-z]");

  @Test
  void namesEachVariableOnceWithTheDefaultThatComposeTakes() throws IOException {
    String compose = Files.readString(Path.of("docker-compose.yml"));
    List<String> read = READ.matcher(compose).results().map(it -> it.group(0)).distinct().toList();
    List<String> named =
        Files.readAllLines(EXAMPLE).stream()
            .filter(line -> line.matches("[A-Z_]+=.*"))
            .map(line -> "${" + line.replaceFirst("=", ":-") + "}")
            .toList();
    assertThat(named).hasSizeGreaterThan(10).containsExactlyInAnyOrderElementsOf(read);
    assertThat(ANY.matcher(compose).results().count())
        .as("a variable without a default would not be found above")
        .isEqualTo(READ.matcher(compose).results().count());
  }

  @Test
  void saysOfEachVariableWhenToChangeIt() throws IOException {
    List<String> unexplained = new ArrayList<>();
    String before = "";
    for (String line : Files.readAllLines(EXAMPLE)) {
      if (line.matches("[A-Z_]+=.*") && !before.matches("# .{20,}|[A-Z]+_PORT=.*")) {
        // One line explains all ports.
        unexplained.add(line);
      }
      before = line.isEmpty() ? before : line;
    }
    assertThat(unexplained).isEmpty();
  }

  @Test
  void namesOfTheShopOnlyWhatIsASetting() throws IOException {
    TreeSet<String> settings = new TreeSet<>();
    Settings.names().forEach(name -> settings.add(Settings.variable(name)));
    assertThat(Files.readAllLines(EXAMPLE))
        .filteredOn(line -> line.startsWith("FIRSTCOME_"))
        .hasSizeGreaterThan(1)
        .allSatisfy(line -> assertThat(settings).contains(line.split("=", 2)[0]));
  }
}
