package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checks that hold the pages and the first start: they fail where something is wrong. */
class ChecksTest {

  @TempDir Path copy = Path.of("");

  @Test
  void theWalkThroughFailsAtItsFirstCommandWhereNoShopListens() throws Exception {
    assertThat(check(Map.of("BASE", "http://127.0.0.1:" + freePort()), "walkthrough"))
        .startsWith("1: ")
        .contains("walkthrough: this failed: BASE=")
        .contains("curl: (7)")
        .doesNotContain("> curl -sSw");
  }

  /** As somebody pastes it: into a shell that takes the last exit code of a pipe for all. */
  @Test
  void theFirstCommandOfTheReadmeFailsWhereNoShopListens() throws Exception {
    String block = Files.readString(Path.of("README.md")).split("```bash\n", 2)[1].split("```")[0];
    assertThat(block).contains("TOKEN=");
    ProcessBuilder shell = new ProcessBuilder("bash", "-c", block);
    shell.environment().put("BASE", "http://127.0.0.1:" + freePort());
    assertThat(said(shell)).startsWith("7: curl: (7)");
  }

  @Test
  void aShopThatPrintsAStackTraceFailsAQuietCheck() throws Exception {
    shopThatPrints(
        "  export BASE=http://127.0.0.1:1\njava.lang.Oops\n\tat dev.firstcome.Oops.a(O:1)");
    assertThat(check(Map.of("QUIET", "true"), "with-shop", "true"))
        .startsWith("1: ")
        .contains("with-shop: the shop printed a stack trace:", "\tat dev.firstcome.Oops.a(O:1)");
    assertThat(check(Map.of(), "with-shop", "true")).startsWith("0: ");
  }

  @Test
  void aShopThatPrintsNonePassesAQuietCheck() throws Exception {
    shopThatPrints("Firstcome is open at http://127.0.0.1:1\n  export BASE=http://127.0.0.1:1");
    assertThat(check(Map.of("QUIET", "true"), "with-shop", "true")).startsWith("0: ");
    assertThat(check(Map.of("QUIET", "true"), "with-shop", "false")).startsWith("1: ");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** In place of Maven; it ends when it is told to. */
  private void shopThatPrints(String log) throws IOException {
    Path shop = copied("mvnw");
    Files.writeString(shop, "#!/bin/sh\nprintf '%s\\n' '" + log + "'\nexec sleep 60\n");
  }

  private Path copied(String file) throws IOException {
    Path target = copy.resolve(file);
    Files.createDirectories(target.getParent());
    if (!Files.exists(target)) {
      Files.copy(Path.of(file), target);
    }
    return target;
  }

  private String check(Map<String, String> variables, String... arguments)
      throws IOException, InterruptedException {
    for (String file :
        List.of(
            "README.md",
            "src/docs/guide.md",
            "src/test/check",
            "src/test/checks/with-shop.sh",
            "src/test/checks/walkthrough.sh")) {
      copied(file);
    }
    ProcessBuilder check = new ProcessBuilder("bash", copy.resolve("src/test/check").toString());
    check.command().addAll(List.of(arguments));
    check.environment().keySet().removeAll(List.of("BASE", "QUIET"));
    check.environment().putAll(variables);
    return said(check);
  }

  private static String said(ProcessBuilder program) throws IOException, InterruptedException {
    Process process = program.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + ": " + said;
  }
}
