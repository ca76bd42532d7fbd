package dev.firstcome.dev;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.model.OsArchitecture;

/** A Redis process of this run's own, in its work folder. It keeps nothing. */
final class EmbeddedRedis {

  private static final Duration START_LIMIT = Duration.ofSeconds(5);
  private static final int SOCKET_LIMIT_MILLIS = 1000;
  private static final Pattern VERSION = Pattern.compile("redis_version:(\\S+)");

  private EmbeddedRedis() {}

  /**
   * @param program as {@link #unpacked}
   * @throws IOException if it does not start; the message has the end of its log
   */
  static Server start(Path program) throws IOException {
    Path folder = Objects.requireNonNull(program.getParent());
    for (int attempt = 1; attempt <= FreePort.ATTEMPTS; attempt++) {
      int port = FreePort.find();
      Path settings =
          Files.writeString(
              folder.resolve("redis-%s.conf".formatted(port)), settings(folder, port));
      List<String> start = List.of(program.toString(), settings.toString());
      if (Command.run(folder, START_LIMIT, start) == 0) {
        String version = awaitAnswer(settings, port);
        if (!version.isEmpty()) {
          return new Server(
              "embedded Redis %s on 127.0.0.1:%s".formatted(version, port),
              Map.of("spring.data.redis.url", "redis://127.0.0.1:" + port));
        }
      }
    }
    throw new IOException(
        "Redis does not start: "
            + Command.tail(folder.resolve("start.log"))
            + Command.tail(folder.resolve("redis.log")));
  }

  /**
   * Starts it anew on its port, with what its folder's {@code dump.rdb} has, if there is one.
   *
   * @throws IOException if it does not start; the message has the end of its log
   */
  static void restart(Path program, int port) throws IOException {
    Path folder = Objects.requireNonNull(program.getParent());
    Path settings = folder.resolve("redis-%s.conf".formatted(port));
    List<String> start = List.of(program.toString(), settings.toString());
    if (Command.run(folder, START_LIMIT, start) != 0 || awaitAnswer(settings, port).isEmpty()) {
      throw new IOException("Redis does not start: " + Command.tail(folder.resolve("redis.log")));
    }
  }

  /** Daemonized into a session of its own, so that Ctrl-C ends the shop before it. */
  static String settings(Path folder, int port) {
    return """
    bind 127.0.0.1
    port %s
    daemonize yes
    # The title would hide the command line, by which the process is found again.
    set-proc-title no
    dir "%s"
    pidfile "%s/redis.pid"
    logfile "%s/redis.log"
    save ""
    appendonly no
    maxmemory 512mb
    maxmemory-policy noeviction
    """
        .formatted(port, folder, folder, folder);
  }

  /**
   * The program for this machine, in the run's folder.
   *
   * @throws IllegalStateException if there is none
   */
  static Path unpacked(WorkFolder work) throws IOException {
    Path folder = Files.createDirectory(work.path().resolve("redis"));
    OsArchitecture machine = OsArchitecture.detectOSandArchitecture();
    Path program = unpack(machine, folder);
    if (machine.equals(OsArchitecture.UNIX_x86_64)
        && Command.run(folder, START_LIMIT, List.of(program.toString(), "--version")) != 0) {
      // The 64-bit program wants OpenSSL 3 on the machine; the 32-bit one is linked statically.
      return unpack(OsArchitecture.UNIX_x86, folder);
    }
    return program;
  }

  private static Path unpack(OsArchitecture machine, Path folder) throws IOException {
    String resource = ExecutableProvider.newProvidedVersionsMap().getOrDefault(machine, "/none");
    try (InputStream packed = EmbeddedRedis.class.getResourceAsStream(resource)) {
      if (packed == null) {
        throw new IllegalStateException(
            "no embedded Redis for this machine: use FIRSTCOME_SERVERS=containers, or configure a URL");
      }
      Path program = folder.resolve(resource.substring(1));
      Files.copy(packed, program);
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
      return program;
    }
  }

  /** The version, once it answers and is ours and not another run's on the same port. */
  private static String awaitAnswer(Path settings, int port) {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (System.nanoTime() < deadline) {
      String info = info(port);
      Matcher version = VERSION.matcher(info);
      if (info.contains("config_file:" + settings) && version.find()) {
        return version.group(1);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    return "";
  }

  private static String info(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(FreePort.loopback(port), SOCKET_LIMIT_MILLIS);
      socket.setSoTimeout(SOCKET_LIMIT_MILLIS);
      socket.getOutputStream().write("INFO server\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readNBytes(16 * 1024), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
