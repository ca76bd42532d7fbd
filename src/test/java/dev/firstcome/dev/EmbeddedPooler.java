package dev.firstcome.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A PgBouncer before this run's PostgreSQL, in transaction mode and with fewer connections than the
 * shop's pool has: every transaction may run on another one. {@code FIRSTCOME_POOLER} is the
 * program; {@code src/test/check pooler} finds one.
 */
final class EmbeddedPooler {

  private static final Duration START_LIMIT = Duration.ofSeconds(10);

  /** Of the server, for all instances together. */
  private static final int CONNECTIONS = 12;

  private EmbeddedPooler() {}

  /**
   * @param program as PgBouncer is called
   * @throws IOException if it does not start; the message has the end of its log
   */
  static Server start(WorkFolder work, Path program, Server postgres)
      throws IOException, SQLException {
    String direct = "jdbc:" + property(postgres, "url").substring("r2dbc:".length());
    keepLimits(direct, postgres);
    Path folder = Files.createDirectory(work.path().resolve("pooler"));
    PlainUser user = PlainUser.find(work.path());
    user.give(folder);
    // From the run's folder: so it is found again, and ended with the run.
    Path copy = Files.copy(program, folder.resolve("pgbouncer"));
    for (int attempt = 1; attempt <= FreePort.ATTEMPTS; attempt++) {
      int port = FreePort.find();
      Path settings = write(folder, port, postgres, user);
      List<String> start = List.of(copy.toString(), "-d", settings.toString());
      if (Command.run(folder, START_LIMIT, user.command(start)) == 0) {
        return describe(port, direct, postgres);
      }
    }
    throw new IOException("PgBouncer does not start: " + Command.tail(folder.resolve("start.log")));
  }

  /** What the pooler drops when the shop opens a connection, the server then has for the user. */
  private static void keepLimits(String direct, Server postgres) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                direct, property(postgres, "username"), property(postgres, "password"));
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER ROLE CURRENT_USER SET statement_timeout = '5s'");
      statement.execute("ALTER ROLE CURRENT_USER SET lock_timeout = '1s'");
      statement.execute("ALTER ROLE CURRENT_USER SET idle_in_transaction_session_timeout = '10s'");
    }
  }

  private static Path write(Path folder, int port, Server postgres, PlainUser user)
      throws IOException {
    Path users =
        Files.writeString(
            folder.resolve("users"),
            "\"%s\" \"%s\"\n"
                .formatted(property(postgres, "username"), property(postgres, "password")));
    user.give(users);
    String server = property(postgres, "url").replaceAll(".*//(.*):(\\d+)/.*", "host=$1 port=$2");
    Path settings =
        Files.writeString(
            folder.resolve("pgbouncer-%s.ini".formatted(port)),
            """
            [databases]
            * = %s
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = %s
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = %s
            pool_mode = transaction
            default_pool_size = %s
            max_client_conn = 1000
            query_wait_timeout = 3
            ignore_startup_parameters = extra_float_digits, statement_timeout, lock_timeout, idle_in_transaction_session_timeout, enable_seqscan, enable_mergejoin, jit
            logfile = %s
            pidfile = %s
            """
                .formatted(
                    server,
                    port,
                    users,
                    CONNECTIONS,
                    folder.resolve("log"),
                    folder.resolve("pid-" + port)));
    user.give(settings);
    return settings;
  }

  private static Server describe(int port, String direct, Server postgres) {
    Map<String, Object> properties = new HashMap<>(postgres.properties());
    properties.put(
        "spring.r2dbc.url",
        property(postgres, "url").replaceAll("//.*/", "//127.0.0.1:%s/".formatted(port)));
    properties.put("spring.r2dbc.properties.preparedStatementCacheQueries", "0");
    properties.put("spring.flyway.url", direct);
    return new Server("PgBouncer on 127.0.0.1:%s, ".formatted(port) + postgres.label(), properties);
  }

  private static String property(Server postgres, String name) {
    return String.valueOf(postgres.properties().get("spring.r2dbc." + name));
  }
}
