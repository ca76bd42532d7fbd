package dev.firstcome.dev;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** PostgreSQL and Redis in containers, which Testcontainers removes however this JVM ends. */
final class Containers {

  private static final String POSTGRES = "postgres:17-alpine";
  private static final String REDIS = "redis:7-alpine";

  /** For the engine to answer and to have or get the images. */
  private static final Duration READY_LIMIT = Duration.ofSeconds(60);

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final String NAME = "firstcome";

  private Containers() {}

  /** Whether something says that there is an engine: quick, and without Testcontainers' alarm. */
  static boolean hasEngine() {
    String home = System.getProperty("user.home");
    String runtime = System.getenv().getOrDefault("XDG_RUNTIME_DIR", "/run/user/none");
    return System.getenv("DOCKER_HOST") != null
        || Stream.of(
                "/var/run/docker.sock",
                runtime + "/docker.sock",
                home + "/.docker/run/docker.sock",
                home + "/.docker/desktop/docker.sock",
                home + "/.testcontainers.properties")
            .anyMatch(path -> Files.exists(Path.of(path)));
  }

  /**
   * Returns when the engine answers and has the images.
   *
   * @throws IllegalStateException if that takes longer than a minute or does not succeed
   */
  static void prepare(List<String> images) {
    ExecutorService thread =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread daemon = new Thread(work, "containers");
              daemon.setDaemon(true);
              return daemon;
            });
    try {
      thread.submit(() -> pull(images)).get(READY_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("no engine with the images within " + READY_LIMIT, e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(String.valueOf(e.getCause()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      thread.shutdownNow();
    }
  }

  static Server postgres(boolean durable) {
    String safe = durable ? "on" : "off";
    PostgreSQLContainer container =
        new PostgreSQLContainer(POSTGRES)
            .withDatabaseName(NAME)
            .withUsername(NAME)
            .withPassword(NAME)
            .withEnv("POSTGRES_INITDB_ARGS", "--locale-provider=builtin --builtin-locale=C.UTF-8")
            .withStartupTimeout(START_LIMIT)
            .withCommand(
                "postgres",
                "-c",
                "max_connections=600",
                "-c",
                "fsync=" + safe,
                "-c",
                "synchronous_commit=" + safe,
                "-c",
                "full_page_writes=" + safe);
    container.start();
    String address =
        container.getHost() + ":" + container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT);
    return new Server(
        "container " + POSTGRES + " on " + address,
        Map.of(
            "spring.r2dbc.url", "r2dbc:postgresql://" + address + "/" + NAME,
            "spring.r2dbc.username", NAME,
            "spring.r2dbc.password", NAME));
  }

  // Closed by Testcontainers' own reaper, after this JVM.
  @SuppressWarnings("resource")
  static Server redis() {
    GenericContainer<?> container =
        new GenericContainer<>(REDIS)
            .withExposedPorts(6379)
            .withStartupTimeout(START_LIMIT)
            .withCommand("redis-server", "--save", "", "--appendonly", "no");
    container.start();
    String address = container.getHost() + ":" + container.getMappedPort(6379);
    return new Server(
        "container " + REDIS + " on " + address,
        Map.of("spring.data.redis.url", "redis://" + address));
  }

  static List<String> images(boolean postgres, boolean redis) {
    return Stream.of(postgres ? POSTGRES : "", redis ? REDIS : "")
        .filter(image -> !image.isEmpty())
        .toList();
  }

  private static boolean pull(List<String> images) throws InterruptedException {
    DockerClient client = DockerClientFactory.instance().client();
    for (String image : images) {
      try {
        client.inspectImageCmd(image).exec();
      } catch (NotFoundException absent) {
        client.pullImageCmd(image).start().awaitCompletion();
      }
    }
    return true;
  }
}
