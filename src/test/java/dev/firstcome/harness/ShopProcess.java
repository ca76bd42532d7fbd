package dev.firstcome.harness;

import static dev.firstcome.harness.Patience.SOON;
import static org.awaitility.Awaitility.await;

import dev.firstcome.Firstcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.core.env.Environment;

/** A shop in a JVM of its own, which a test can end or kill, on the servers of a test's context. */
public final class ShopProcess implements AutoCloseable {

  private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");

  /** By the variable that a shop finds each under. */
  private static final Map<String, String> LENT =
      Map.of(
          "SPRING_R2DBC_URL", "spring.r2dbc.url",
          "SPRING_R2DBC_USERNAME", "spring.r2dbc.username",
          "SPRING_R2DBC_PASSWORD", "spring.r2dbc.password",
          "SPRING_DATA_REDIS_URL", "spring.data.redis.url",
          "FIRSTCOME_SECURITY_JWTSECRET", "firstcome.security.jwt-secret");

  private final Process process;
  private final Path log;

  private ShopProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * @param log written by the shop
   * @param variables besides those of the servers
   */
  public static ShopProcess start(Environment servers, Path log, Map<String, String> variables)
      throws IOException {
    ProcessBuilder shop = java(Firstcome.class);
    shop.environment().put("SERVER_PORT", "0");
    shop.environment().put("FIRSTCOME_ORDER_MAXPENDING", "0");
    LENT.forEach(
        (variable, property) ->
            shop.environment().put(variable, servers.getRequiredProperty(property)));
    shop.environment().putAll(variables);
    return new ShopProcess(
        shop.redirectErrorStream(true).redirectOutput(log.toFile()).start(), log);
  }

  /** This JVM again, with the same classes, that runs another main class. */
  public static ProcessBuilder java(Class<?> main) {
    return new ProcessBuilder(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        main.getName());
  }

  /** Once it listens. */
  public int port() {
    Matcher found =
        await().atMost(SOON.multipliedBy(2)).until(() -> PORT.matcher(log()), Matcher::find);
    return Integer.parseInt(found.group(1));
  }

  public String log() throws IOException {
    return Files.readString(log);
  }

  /** Tells it to end: SIGTERM. */
  public void end() {
    process.destroy();
  }

  public boolean hasEnded() throws InterruptedException {
    return process.waitFor(SOON.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** SIGKILL. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
