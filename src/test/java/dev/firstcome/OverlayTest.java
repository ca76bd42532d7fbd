package dev.firstcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The production overlay's numbers fit each other; {@code src/test/check manifests} builds it. */
class OverlayTest {

  private static final Path PRODUCTION = Path.of("src/ops/overlays/production");

  @Test
  void countsTheInstancesThatTheAutoscalerMayStartAndOneOfARollingUpdate() throws IOException {
    long most = number("autoscaler.yaml", "maxReplicas: (\\d+)");
    assertThat(number("configmap.yaml", "FIRSTCOME_DATABASE_INSTANCES: \"(\\d+)\""))
        .isEqualTo(most + 1);
    long pool =
        find(Files.readString(Path.of("src/main/resources/application.yaml")), "max-size: (\\d+)");
    assertThat(number("kustomization.yaml", "max_connections = (\\d+)"))
        .isGreaterThan((most + 1) * pool);
  }

  @Test
  void givesAShopTwiceItsHeap() throws IOException {
    assertThat(1024 * number("deployment.yaml", "limits: \\{ memory: (\\d+)Gi"))
        .isGreaterThanOrEqualTo(2 * number("configmap.yaml", "-Xmx(\\d+)m"));
  }

  @Test
  void patchesWithEveryFileThatItHas() throws IOException {
    String kustomization = Files.readString(PRODUCTION.resolve("kustomization.yaml"));
    try (Stream<Path> files = Files.list(PRODUCTION)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .hasSizeGreaterThan(3)
          .filteredOn(name -> !name.equals("kustomization.yaml"))
          .allSatisfy(name -> assertThat(kustomization).contains("- path: " + name + "\n"));
    }
  }

  private static long number(String file, String pattern) throws IOException {
    return find(Files.readString(PRODUCTION.resolve(file)), pattern);
  }

  private static long find(String text, String pattern) {
    Matcher found = Pattern.compile(pattern).matcher(text);
    assertThat(found.find()).as(pattern).isTrue();
    return Long.parseLong(found.group(1));
  }
}
