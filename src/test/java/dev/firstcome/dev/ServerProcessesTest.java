package dev.firstcome.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ServerProcessesTest {

  private static final Path BASE = Path.of("/tmp/firstcome-ann");
  private static final Path RUN = BASE.resolve("run-1");

  @Test
  void knowsAServerByItsProgramAndItsFolder() {
    assertThat(isServer("/tmp/firstcome-ann/postgres-1/bin/postgres -D " + RUN + "/postgres/data"))
        .isTrue();
    assertThat(isServer(RUN + "/redis/redis-server " + RUN + "/redis/redis-6379.conf")).isTrue();
  }

  @Test
  void leavesTheServersOfAnotherRunAlone() {
    assertThat(isServer(BASE + "/postgres-1/bin/postgres -D " + BASE + "/run-2/postgres/data"))
        .isFalse();
    assertThat(isServer(BASE + "/postgres-1/bin/postgres -D " + BASE + "/run-12/postgres/data"))
        .isFalse();
  }

  @Test
  void leavesSomebodyAloneWhoOnlyLooksIntoTheFolder() {
    assertThat(isServer("/usr/bin/tail -f " + RUN + "/postgres/server.log")).isFalse();
    assertThat(isServer("/usr/lib/postgresql/bin/postgres -D " + RUN + "/postgres/data")).isFalse();
    assertThat(isServer("")).isFalse();
  }

  private static boolean isServer(String commandLine) {
    return ServerProcesses.isServer(commandLine, BASE, RUN);
  }
}
