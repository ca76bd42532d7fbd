package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.PlainUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code mvnw} says to those who cannot build yet: one sentence. */
class WrapperTest {

  private static final String NO_SERVERS =
      "mvnw: the tests and the development shop run PostgreSQL and Redis, which Windows cannot: use"
          + " WSL or a container";

  @TempDir Path home = Path.of("");

  @Test
  void namesTheJavaThatIsTooOldByItsUsualNumber() throws Exception {
    assertThat(mvnw("1.8.0_392")).isEqualTo(tooOld("8"));
    assertThat(mvnw("11.0.2")).isEqualTo(tooOld("11"));
    assertThat(mvnw("16-ea")).isEqualTo(tooOld("16"));
  }

  @Test
  void saysWhatItNeedsWhereThereIsNoJava() throws Exception {
    assertThat(run()).startsWith("1: mvnw: no Java found: install JDK 17 or later");
  }

  @Test
  void endsInOneSentenceWhenMavenIsThereAndTheNetworkIsNot() throws Exception {
    program("java", "echo 'openjdk version \"21.0.1\"' >&2");
    program(
        "mvn", "[ \"$1\" = -v ] && echo 'Apache Maven 3.9.9' && exit; echo UnknownHost; exit 1");
    assertThat(run())
        .startsWith("1: ")
        .endsWith(
            "mvnw: Maven could not fetch what the build needs: connect to the network, or name your"
                + " proxy or mirror in ~/.m2/settings.xml");
  }

  @Test
  void endsInOneSentenceWhenNeitherMavenNorTheNetworkIsThere() throws Exception {
    program("java", "echo 'openjdk version \"21.0.1\"' >&2");
    program("mvn", "echo 'Apache Maven 3.6.3'");
    program("curl", "exit 6");
    assertThat(run())
        .startsWith("1: ")
        .contains("mvnw: could not fetch https://")
        .endsWith(": connect to the network, set https_proxy, or install Maven 3.8 or later");
  }

  @Test
  void saysWhatToDoWithACopyThatHasWindowsLineEnds() throws Exception {
    Path copy = home.resolve("mvnw");
    Files.writeString(copy, Files.readString(Path.of("mvnw")).replace("\n", "\r\n"));
    assertThat(run(copy))
        .isEqualTo(
            "1: mvnw: these files have Windows line ends (CRLF): clone with git, or unpack the ZIP"
                + " under Linux, macOS or WSL");
  }

  @Test
  void saysWhatToDoInAFolderThatCannotBeWrittenTo() throws Exception {
    program("java", "echo 'openjdk version \"21.0.1\"' >&2");
    Path folder = Files.createDirectory(home.resolve("folder"));
    Path copy = Files.copy(Path.of("mvnw"), folder.resolve("mvnw"));
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assertThat(run(PlainUser.find(home).command(List.of("sh", copy.toString(), "validate"))))
          .isEqualTo(
              "1: mvnw: %s cannot be written to, and the build writes there: copy it to a folder of yours"
                  .formatted(folder.toRealPath()));
    } finally {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"test", "-B verify", "integration-test", "-X spring-boot:test-run -o"})
  void namesWslOnWindowsForWhatNeedsServers(String goals) throws Exception {
    program("java", "echo 'openjdk version \"21.0.1\"' >&2");
    program("uname", "echo MINGW64_NT-10.0-19045");
    List<String> command = new ArrayList<>(List.of("sh", "mvnw"));
    command.addAll(List.of(goals.split(" ")));
    assertThat(run(command)).isEqualTo("1: " + NO_SERVERS);
  }

  @Test
  void buildsTheJarOnWindows() throws Exception {
    program("java", "echo 'openjdk version \"21.0.1\"' >&2");
    program("uname", "echo MINGW64_NT-10.0-19045");
    program("mvn", "echo 'Apache Maven 3.9.9'");
    assertThat(run(List.of("sh", "mvnw", "-DskipTests", "-Dtest=None", "package")))
        .endsWith("Apache Maven 3.9.9");
  }

  /** Nothing here can run the other one. */
  @Test
  void saysTheSameInBothScripts() throws IOException {
    assertThat(Path.of("mvnw.cmd"))
        .content()
        .contains("(test verify integration-test spring-boot:test-run)", NO_SERVERS);
  }

  private String tooOld(String version) {
    return "1: mvnw: JDK 17 or later is needed, '%s/bin/java' is %s".formatted(home, version);
  }

  private String mvnw(String version) throws IOException, InterruptedException {
    program("java", "echo 'openjdk version \"%s\"' >&2".formatted(version));
    return run();
  }

  /** One that is found before the machine's own. */
  private void program(String name, String script) throws IOException {
    Path program = Files.createDirectories(home.resolve("bin")).resolve(name);
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private String run() throws IOException, InterruptedException {
    return run(Path.of("mvnw"));
  }

  private String run(Path script) throws IOException, InterruptedException {
    return run(List.of("sh", script.toString(), "validate"));
  }

  /** With an empty home, in which Maven has fetched nothing. */
  private String run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder wrapper = new ProcessBuilder(command).redirectErrorStream(true);
    wrapper.environment().keySet().removeIf(name -> name.startsWith("MAVEN_"));
    wrapper.environment().put("HOME", home.toString());
    wrapper.environment().put("JAVA_HOME", home.toString());
    wrapper.environment().merge("PATH", home.resolve("bin") + ":", (path, ours) -> ours + path);
    Process process = wrapper.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + ": " + said.strip();
  }
}
