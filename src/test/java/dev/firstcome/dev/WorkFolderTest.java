package dev.firstcome.dev;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkFolderTest {

  @TempDir Path temporary = Path.of("");

  @Test
  void leavesNothingButTheLockWhenItIsClosed() throws IOException {
    WorkFolder work = WorkFolder.open(temporary);
    Files.createDirectories(work.path().resolve("postgres/data"));
    work.close();
    try (Stream<Path> left = Files.list(work.base())) {
      assertThat(left).containsExactly(work.base().resolve("lock"));
    }
  }

  @Test
  void twoOfOneProcessLiveSideBySide() throws IOException {
    try (WorkFolder one = WorkFolder.open(temporary);
        WorkFolder two = WorkFolder.open(temporary)) {
      assertThat(one.path()).isDirectory().isNotEqualTo(two.path());
      assertThat(two.path()).isDirectory();
    }
  }

  @Test
  void sparesARunThatLivesAndClearsOneThatWasKilled() throws Exception {
    Process other = otherRun();
    try (BufferedReader said = other.inputReader(StandardCharsets.UTF_8)) {
      Path run = Path.of(Objects.requireNonNull(said.readLine()));
      Process server = serverOf(run);
      try {
        WorkFolder.open(temporary).close();
        assertThat(run).isDirectory();
        assertThat(server.isAlive()).isTrue();

        other.destroyForcibly();
        assertThat(other.waitFor(10, SECONDS)).isTrue();
        WorkFolder.open(temporary).close();
        assertThat(run).doesNotExist();
        assertThat(server.waitFor(10, SECONDS)).isTrue();
      } finally {
        server.destroyForcibly();
      }
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void clearsAFolderWhoseRunWasKilledWhileMakingIt() throws IOException {
    Path base = WorkFolder.base(temporary.toRealPath(), System.getProperty("user.name"));
    Path unowned = Files.createDirectory(base.resolve("run-1"));
    WorkFolder.open(temporary).close();
    assertThat(unowned).doesNotExist();
  }

  @Test
  void startsNothingFromAFolderThatOthersMayWrite() throws IOException {
    Path base = WorkFolder.base(temporary, "ann");
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> WorkFolder.base(temporary, "ann"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not this user's alone");
  }

  @Test
  void startsNothingThroughALinkThatSomebodyLaid() throws IOException {
    Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
    Files.createSymbolicLink(temporary.resolve("firstcome-ann"), elsewhere);
    assertThatThrownBy(() -> WorkFolder.base(temporary, "ann"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aUserNameCannotLeadElsewhere() throws IOException {
    assertThat(WorkFolder.base(temporary, "../../etc/a b"))
        .isEqualTo(temporary.resolve("firstcome-______etc_a_b"));
  }

  /** Another JVM that holds a folder and prints which, until it is killed. */
  private Process otherRun() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            OtherRun.class.getName(),
            temporary.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** A program of the user's folder that runs in the run's, as the servers do. */
  private static Process serverOf(Path run) throws IOException {
    Path tail = Files.copy(Path.of("/usr/bin/tail"), run.resolveSibling("tail"));
    assertThat(tail.toFile().setExecutable(true)).isTrue();
    return new ProcessBuilder(List.of(tail.toString(), "-f", run.resolve("owner").toString()))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  static final class OtherRun {

    private OtherRun() {}

    public static void main(String[] arguments) throws IOException {
      WorkFolder work = WorkFolder.open(Path.of(arguments[0]));
      System.out.println(work.path());
      // Until it is killed, or until the test ends and with it the pipe.
      if (System.in.read() < 0) {
        work.close();
      }
    }
  }
}
