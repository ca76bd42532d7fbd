package dev.firstcome.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/** A PostgreSQL process of this run's own, in its work folder. */
final class EmbeddedPostgres {

  private static final String NAME = "firstcome";

  private static final Duration INITDB_LIMIT = Duration.ofSeconds(60);

  /** pg_ctl itself gives up after {@code -t 30}. */
  private static final Duration START_LIMIT = Duration.ofSeconds(40);

  private final Path home;
  private final Path folder;
  private final PlainUser user;

  private EmbeddedPostgres(Path home, Path folder, PlainUser user) {
    this.home = home;
    this.folder = folder;
    this.user = user;
  }

  /**
   * @param home as {@link PostgresBinaries#unpacked}
   * @param durable whether a commit waits for the disk, as in production
   * @throws IOException if it does not start; the message has the end of its log
   */
  static Server start(WorkFolder work, Path home, boolean durable)
      throws IOException, SQLException {
    Path folder = Files.createDirectory(work.path().resolve("postgres"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    PlainUser user = PlainUser.find(work.path());
    user.give(folder);
    var server = new EmbeddedPostgres(home, folder, user);
    String password = password();
    server.makeCluster(password, durable);
    return server.describe(server.listen(), password);
  }

  private void makeCluster(String password, boolean durable) throws IOException {
    Path secret = Files.writeString(folder.resolve("password"), password);
    user.give(secret);
    List<String> initdb =
        List.of(
            home.resolve("bin/initdb").toString(),
            "--pgdata=" + data(),
            "--username=" + NAME,
            "--auth=scram-sha-256",
            "--pwfile=" + secret,
            "--encoding=UTF8",
            // The same order of texts on every machine.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-sync");
    if (Command.run(folder, INITDB_LIMIT, user.command(initdb)) != 0) {
      throw new IOException("initdb failed: " + Command.tail(folder.resolve("start.log")));
    }
    Files.delete(secret);
    Files.writeString(
        data().resolve("postgresql.conf"), settings(durable), StandardOpenOption.APPEND);
  }

  /** No socket file: its path may be too long for one under a temporary folder. */
  static String settings(boolean durable) {
    String safe = durable ? "on" : "off";
    return """

    listen_addresses = '127.0.0.1'
    unix_socket_directories = ''
    max_connections = 600
    timezone = 'UTC'
    log_timezone = 'UTC'
    fsync = %s
    synchronous_commit = %s
    full_page_writes = %s
    """
        .formatted(safe, safe, safe);
  }

  /** pg_ctl makes the server a session of its own, so that Ctrl-C ends the shop before it. */
  private int listen() throws IOException {
    for (int attempt = 1; attempt <= FreePort.ATTEMPTS; attempt++) {
      int port = FreePort.find();
      if (listensOn(port)) {
        return port;
      }
    }
    throw doesNotStart();
  }

  private boolean listensOn(int port) throws IOException {
    List<String> start =
        List.of(
            home.resolve("bin/pg_ctl").toString(),
            "--pgdata=" + data(),
            "--log=" + folder.resolve("server.log"),
            "--options=-p " + port,
            "--timeout=30",
            "--wait",
            "start");
    return Command.run(folder, START_LIMIT, user.command(start)) == 0;
  }

  private IOException doesNotStart() {
    return new IOException(
        "PostgreSQL does not start: " + Command.tail(folder.resolve("server.log")));
  }

  /**
   * A standby of the run's server, which streams from it and answers reads: what {@code
   * pg_basebackup} does, which the artefact does not have. The primary's commits wait for it.
   *
   * @return its port
   */
  static int standby(WorkFolder work, Path home, Server primary) throws IOException, SQLException {
    PlainUser user = PlainUser.find(work.path());
    Path folder = Files.createDirectory(work.path().resolve("standby"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    var server = new EmbeddedPostgres(home, folder, user);
    Map<String, Object> login = primary.properties();
    String url = String.valueOf(login.get("spring.r2dbc.url"));
    String name = String.valueOf(login.get("spring.r2dbc.username"));
    String password = String.valueOf(login.get("spring.r2dbc.password"));
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:" + url.substring("r2dbc:".length()), name, password);
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_backup_start('standby', true)");
      copy(work.path().resolve("postgres").resolve("data"), server.data());
      try (ResultSet backup = statement.executeQuery("SELECT labelfile FROM pg_backup_stop()")) {
        backup.next();
        Files.writeString(server.data().resolve("backup_label"), backup.getString(1));
      }
      Files.createFile(server.data().resolve("standby.signal"));
      String address = url.replaceAll(".*//(.*):(\\d+)/.*", "host=$1 port=$2");
      Files.writeString(
          server.data().resolve("postgresql.conf"),
          "primary_conninfo = '%s user=%s password=%s application_name=standby'%n"
              .formatted(address, name, password),
          StandardOpenOption.APPEND);
      server.giveAll();
      int port = server.listen();
      statement.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
      statement.execute("SELECT pg_reload_conf()");
      return port;
    }
  }

  /** Makes the standby a primary; returns when it takes writes. */
  static void promoteStandby(WorkFolder work, Path home) throws IOException {
    Path folder = work.path().resolve("standby");
    var server = new EmbeddedPostgres(home, folder, PlainUser.find(work.path()));
    List<String> promote =
        List.of(
            home.resolve("bin/pg_ctl").toString(),
            "--pgdata=" + server.data(),
            "--timeout=30",
            "--wait",
            "promote");
    if (Command.run(folder, START_LIMIT, server.user.command(promote)) != 0) {
      throw new IOException("not promoted: " + Command.tail(folder.resolve("server.log")));
    }
  }

  /** What a running server has, apart from what only it can use; files may go meanwhile. */
  private static void copy(Path from, Path to) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(from)) {
      all = walk.toList();
    }
    for (Path path : all) {
      Path target = to.resolve(from.relativize(path));
      boolean walOrPid =
          from.resolve("pg_wal").equals(path.getParent()) && Files.isRegularFile(path)
              || path.getFileName().toString().startsWith("postmaster.");
      if (!walOrPid && Files.exists(path)) {
        Files.copy(path, target, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private void giveAll() throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.toList();
    }
    for (Path path : all) {
      user.give(path);
    }
  }

  /**
   * Starts the run's server anew, on its data and its port, once all of its processes have ended,
   * however.
   *
   * @throws IOException if it does not start; the message has the end of its log
   */
  static void restart(WorkFolder work, Path home, int port) throws IOException {
    Path folder = work.path().resolve("postgres");
    var server = new EmbeddedPostgres(home, folder, PlainUser.find(work.path()));
    // A killed one leaves it, and a zombie that nobody reaps would be taken for its owner.
    Files.deleteIfExists(server.data().resolve("postmaster.pid"));
    for (int attempt = 1; attempt <= FreePort.ATTEMPTS; attempt++) {
      // The last children of a killed server may still be letting go of its memory.
      if (server.listensOn(port)) {
        return;
      }
    }
    throw server.doesNotStart();
  }

  private static Server describe(int port, String password) throws SQLException {
    Properties login = new Properties();
    login.setProperty("user", NAME);
    login.setProperty("password", password);
    login.setProperty("connectTimeout", "5");
    login.setProperty("socketTimeout", "30");
    String address = "127.0.0.1:" + port;
    try (Connection connection =
            DriverManager.getConnection("jdbc:postgresql://" + address + "/postgres", login);
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + NAME);
      try (ResultSet version = statement.executeQuery("show server_version")) {
        version.next();
        return new Server(
            "embedded PostgreSQL %s on %s".formatted(version.getString(1), address),
            Map.of(
                "spring.r2dbc.url", "r2dbc:postgresql://" + address + "/" + NAME,
                "spring.r2dbc.username", NAME,
                "spring.r2dbc.password", password));
      }
    }
  }

  private Path data() {
    return folder.resolve("data");
  }

  /** Others on the machine can reach the port, and a superuser can run programs. */
  private static String password() {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }
}
