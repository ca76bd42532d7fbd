package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code mvnw} says to those who cannot build yet: one sentence. */
class WrapperTest {

  @TempDir Path home;

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
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
  }

  private String run() throws IOException, InterruptedException {
    return run(Path.of("mvnw"));
  }

  /** With an empty home, in which Maven has fetched nothing. */
  private String run(Path script) throws IOException, InterruptedException {
    ProcessBuilder wrapper =
        new ProcessBuilder("sh", script.toString(), "validate").redirectErrorStream(true);
    wrapper.environment().keySet().removeIf(name -> name.startsWith("MAVEN_"));
    wrapper.environment().put("HOME", home.toString());
    wrapper.environment().put("JAVA_HOME", home.toString());
    wrapper.environment().merge("PATH", home.resolve("bin") + ":", (path, ours) -> ours + path);
    Process process = wrapper.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + ": " + said.strip();
  }
}
