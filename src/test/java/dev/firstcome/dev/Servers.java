package dev.firstcome.dev;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.Environment;

/**
 * PostgreSQL and Redis for this JVM: what is configured, else containers, else embedded processes.
 * Started when first asked for, one of each however many contexts ask, gone when the JVM ends.
 */
public final class Servers {

  /** {@code FIRSTCOME_SERVERS}: where servers come from that are not configured. */
  enum Source {
    /** Containers when an engine answers and has the images or gets them in a minute. */
    AUTO,
    CONTAINERS,
    EMBEDDED
  }

  private static final Logger log = LoggerFactory.getLogger(Servers.class);

  private static final Servers THIS_JVM = new Servers();

  private @Nullable WorkFolder work;
  private @Nullable Server postgres;
  private @Nullable Server redis;

  private Servers() {}

  /**
   * For tests: they do not wait for the disk.
   *
   * @return what Spring has to know about the servers, nothing for those that are configured
   */
  public static Map<String, Object> forTests(Environment environment) {
    return THIS_JVM.properties(environment, Source.AUTO, false);
  }

  /** For the development run: a commit waits for the disk, as in production. */
  static Map<String, Object> forDevelopment(Environment environment) {
    return THIS_JVM.properties(environment, Source.EMBEDDED, true);
  }

  private synchronized Map<String, Object> properties(
      Environment environment, Source unlessSaid, boolean durable) {
    boolean wantsPostgres = !isConfigured(environment, "spring.r2dbc.url");
    boolean wantsRedis =
        !isConfigured(
            environment,
            "spring.data.redis.url",
            "spring.data.redis.host",
            "spring.data.redis.cluster.nodes");
    boolean startsPostgres = wantsPostgres && postgres == null;
    boolean startsRedis = wantsRedis && redis == null;
    if (startsPostgres || startsRedis) {
      start(source(environment, unlessSaid), startsPostgres, startsRedis, durable);
    }
    Map<String, Object> properties = new LinkedHashMap<>();
    String database = use(wantsPostgres ? postgres : null, "configured PostgreSQL", properties);
    String gate = use(wantsRedis ? redis : null, "configured Redis", properties);
    if (startsPostgres || startsRedis || properties.isEmpty()) {
      log.info("servers: {}, {}", database, gate);
    }
    return properties;
  }

  private static boolean isConfigured(Environment environment, String... names) {
    for (String name : names) {
      if (environment.getProperty(name) != null || environment.getProperty(name + "[0]") != null) {
        return true;
      }
    }
    return false;
  }

  private static String use(
      @Nullable Server server, String otherwise, Map<String, Object> properties) {
    if (server == null) {
      return otherwise;
    }
    properties.putAll(server.properties());
    return server.label();
  }

  static Source source(Environment environment, Source unlessSaid) {
    String said = environment.getProperty("firstcome.servers");
    return said == null ? unlessSaid : Source.valueOf(said.toUpperCase(Locale.ROOT));
  }

  private void start(Source source, boolean needsPostgres, boolean needsRedis, boolean durable) {
    boolean containers = source == Source.CONTAINERS;
    if (containers || (source == Source.AUTO && Containers.hasEngine())) {
      try {
        Containers.prepare(Containers.images(needsPostgres, needsRedis));
        startBoth(
            needsPostgres ? () -> Containers.postgres(durable) : null,
            needsRedis ? Containers::redis : null);
        return;
      } catch (RuntimeException e) {
        if (containers) {
          throw e;
        }
        log.info("servers: no containers ({}), embedded ones instead", e.getMessage());
      }
    }
    startEmbedded(needsPostgres, needsRedis, durable);
  }

  private void startEmbedded(boolean needsPostgres, boolean needsRedis, boolean durable) {
    WorkFolder folder = folder();
    try {
      // All programs are written before any is started: a child that is being forked holds the
      // file that another thread writes, and who then runs that file hears "text file busy".
      Path home = needsPostgres ? PostgresBinaries.unpacked(folder) : folder.path();
      Path program = needsRedis ? EmbeddedRedis.unpacked(folder) : folder.path();
      startBoth(
          needsPostgres
              ? () -> pooled(folder, EmbeddedPostgres.start(folder, home, durable))
              : null,
          needsRedis ? () -> EmbeddedRedis.start(program) : null);
    } catch (IOException e) {
      throw new IllegalStateException("servers: cannot unpack them", e);
    }
  }

  /** {@code FIRSTCOME_POOLER}: a PgBouncer to stand before it. */
  private static Server pooled(WorkFolder folder, Server postgres)
      throws IOException, SQLException {
    String pooler = System.getenv("FIRSTCOME_POOLER");
    return pooler == null ? postgres : EmbeddedPooler.start(folder, Path.of(pooler), postgres);
  }

  private void startBoth(
      @Nullable Callable<Server> startPostgres, @Nullable Callable<Server> startRedis) {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<@Nullable Server> first = threads.submit(() -> call(startPostgres));
      Future<@Nullable Server> second = threads.submit(() -> call(startRedis));
      Server started = first.get();
      postgres = started == null ? postgres : started;
      started = second.get();
      redis = started == null ? redis : started;
    } catch (ExecutionException e) {
      throw new IllegalStateException("servers: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("servers: interrupted while starting", e);
    } finally {
      threads.shutdown();
    }
  }

  private static @Nullable Server call(@Nullable Callable<Server> start) throws Exception {
    return start == null ? null : start.call();
  }

  private WorkFolder folder() {
    if (work == null) {
      try {
        WorkFolder opened = WorkFolder.open(Path.of(System.getProperty("java.io.tmpdir")));
        // After every context is closed: the lanes drain into a database that is still there.
        SpringApplication.getShutdownHandlers().add(() -> close(opened));
        work = opened;
      } catch (IOException e) {
        throw new IllegalStateException("servers: no folder to work in", e);
      }
    }
    return work;
  }

  private static void close(WorkFolder folder) {
    try {
      folder.close();
    } catch (IOException e) {
      log.warn("servers: {} stays until the next start", folder.path(), e);
    }
  }
}
