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

  private String tooOld(String version) {
    return "1: mvnw: JDK 17 or later is needed, '%s/bin/java' is %s".formatted(home, version);
  }

  private String mvnw(String version) throws IOException, InterruptedException {
    Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"%s\"' >&2\n".formatted(version));
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
    return run();
  }

  private String run() throws IOException, InterruptedException {
    ProcessBuilder wrapper = new ProcessBuilder("sh", "mvnw", "-v").redirectErrorStream(true);
    wrapper.environment().put("JAVA_HOME", home.toString());
    Process process = wrapper.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + ": " + said.strip();
  }
}
