package dev.firstcome.faults;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One process of the shop, on a port that stays. Its words are appended to its log. */
final class Instance {

  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(45);

  private final int port;
  private final List<String> command;
  private final Map<String, String> environment;
  private final File log;
  private @Nullable Process process;

  Instance(int port, List<String> command, Map<String, String> environment, File log) {
    this.port = port;
    this.command = command;
    this.environment = environment;
    this.log = log;
  }

  int port() {
    return port;
  }

  void start() throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log));
    builder.environment().putAll(environment);
    builder.environment().put("SERVER_PORT", String.valueOf(port));
    process = builder.start();
  }

  boolean isRunning() {
    return process != null && process.isAlive();
  }

  /**
   * @throws IOException if it ends instead, or takes too long
   */
  void awaitOpen(HttpClient http) throws IOException, InterruptedException {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    while (!isOpen(http)) {
      if (!isRunning() || System.nanoTime() > end) {
        throw new IOException("does not start, see " + log);
      }
      Thread.sleep(50);
    }
  }

  private boolean isOpen(HttpClient http) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/actuator/health/liveness".formatted(port)))
            .timeout(Duration.ofSeconds(5))
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  void kill() throws InterruptedException {
    process().destroyForcibly().waitFor();
  }

  /** Asked to end, as an orchestrator asks. */
  void stop() throws IOException, InterruptedException {
    process().destroy();
    if (!process().waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      kill();
      throw new IOException("did not end within " + STOP_LIMIT + " when asked");
    }
  }

  void freeze() throws IOException, InterruptedException {
    signal("STOP");
  }

  void thaw() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    String command = "kill -%s %d".formatted(name, process().pid());
    new ProcessBuilder("sh", "-c", command).start().waitFor();
  }

  private Process process() {
    return Objects.requireNonNull(process);
  }
}
