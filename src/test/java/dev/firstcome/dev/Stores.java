package dev.firstcome.dev;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A PostgreSQL that waits for the disk and a Redis, of a fault run's own: processes that can be
 * killed, frozen and started again on their ports. Not for two threads at once.
 */
public final class Stores implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int SOCKET_LIMIT_MILLIS = 5_000;

  private final WorkFolder work;
  private final Path postgresHome;
  private final Path redisProgram;
  private final Server postgres;
  private final Server redis;
  private int standbyPort;
  private boolean promoted;

  private Stores(
      WorkFolder work, Path postgresHome, Path redisProgram, Server postgres, Server redis) {
    this.work = work;
    this.postgresHome = postgresHome;
    this.redisProgram = redisProgram;
    this.postgres = postgres;
    this.redis = redis;
  }

  public static Stores start() throws IOException, SQLException {
    WorkFolder work = WorkFolder.open(Path.of(System.getProperty("java.io.tmpdir")));
    Path home = PostgresBinaries.unpacked(work);
    Path program = EmbeddedRedis.unpacked(work);
    Server postgres = EmbeddedPostgres.start(work, home, true);
    return new Stores(work, home, program, postgres, EmbeddedRedis.start(program));
  }

  /** The same with a standby, for which every commit waits. */
  public static Stores replicated() throws IOException, SQLException {
    Stores stores = start();
    stores.standbyPort =
        EmbeddedPostgres.standby(stores.work, stores.postgresHome, stores.postgres);
    return stores;
  }

  public static int freePort() throws IOException {
    return FreePort.find();
  }

  /** For people. */
  public String label() {
    return postgres.label() + ", " + redis.label();
  }

  /** Likewise, of PostgreSQL alone. */
  public String postgresLabel() {
    return postgres.label();
  }

  /**
   * Where an instance finds PostgreSQL.
   *
   * @param port of a cable to it; not used if there is a standby
   */
  public String postgresUrl(int port) {
    return standbyPort == 0
        ? "r2dbc:postgresql://127.0.0.1:%s/%s".formatted(port, user())
        : "r2dbc:postgresql:failover://127.0.0.1:%s,127.0.0.1:%s/%s?targetServerType=primary&hostRecheckTime=PT1S"
            .formatted(postgresPort(), standbyPort, user());
  }

  /** Where an instance may read what is a moment old; empty if nowhere. */
  public String replicaUrl() {
    return standbyPort == 0
        ? ""
        : "r2dbc:postgresql://127.0.0.1:%s/%s".formatted(standbyPort, user());
  }

  /** By JDBC, past every cable. */
  public Connection connectStandby() throws SQLException {
    return connect(standbyPort);
  }

  /** With all of its processes; the primary goes on without it. */
  public void killStandby() throws IOException, SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER SYSTEM RESET synchronous_standby_names");
      statement.execute("SELECT pg_reload_conf()");
    }
    List<ProcessHandle> all = postgresProcesses("/standby/data");
    signal("KILL", all);
    awaitEnd(all);
  }

  /** The standby takes the place of a primary that is gone. */
  public void promoteStandby() throws IOException {
    EmbeddedPostgres.promoteStandby(work, postgresHome);
    promoted = true;
  }

  public int postgresPort() {
    String url = String.valueOf(postgres.properties().get("spring.r2dbc.url"));
    return Integer.parseInt(url.replaceAll(".*:(\\d+)/.*", "$1"));
  }

  public int redisPort() {
    String url = String.valueOf(redis.properties().get("spring.data.redis.url"));
    return Integer.parseInt(url.replaceAll(".*:(\\d+)", "$1"));
  }

  /** Also the name of the database. */
  public String user() {
    return String.valueOf(postgres.properties().get("spring.r2dbc.username"));
  }

  public String password() {
    return String.valueOf(postgres.properties().get("spring.r2dbc.password"));
  }

  /** By JDBC, past every cable. */
  public Connection connect() throws SQLException {
    return connect(promoted ? standbyPort : postgresPort());
  }

  private Connection connect(int port) throws SQLException {
    Properties login = new Properties();
    login.setProperty("user", user());
    login.setProperty("password", password());
    login.setProperty("connectTimeout", "5");
    login.setProperty("socketTimeout", "60");
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%s/%s".formatted(port, user()), login);
  }

  /** The server and all of its children at once: a machine that lost its power. */
  public void killPostgres() throws IOException {
    List<ProcessHandle> all = postgresProcesses();
    // Those that were forked meanwhile notice that their postmaster is gone.
    signal("KILL", all);
    awaitEnd(all);
  }

  /** An immediate shutdown. */
  public void quitPostgres() throws IOException {
    List<ProcessHandle> all = postgresProcesses();
    signal("QUIT", all.subList(0, 1));
    awaitEnd(all);
  }

  public void restartPostgres() throws IOException {
    EmbeddedPostgres.restart(work, postgresHome, postgresPort());
  }

  public void freezePostgres() throws IOException {
    signal("STOP", postgresProcesses());
    // And those that were forked between the look and the signal.
    signal("STOP", postgresProcesses());
  }

  public void thawPostgres() throws IOException {
    signal("CONT", postgresProcesses());
  }

  public void killRedis() throws IOException {
    List<ProcessHandle> all = List.of(redisProcess());
    signal("KILL", all);
    awaitEnd(all);
  }

  /** With nothing in it. */
  public void restartRedis() throws IOException {
    Files.deleteIfExists(dump());
    EmbeddedRedis.restart(redisProgram, redisPort());
  }

  /** Writes down what Redis has now, for {@link #restartRedisFromSnapshot}. */
  public void snapshotRedis() throws IOException {
    askRedis("SAVE");
    Files.move(dump(), snapshot(), StandardCopyOption.REPLACE_EXISTING);
  }

  public void restartRedisFromSnapshot() throws IOException {
    Files.move(snapshot(), dump(), StandardCopyOption.REPLACE_EXISTING);
    EmbeddedRedis.restart(redisProgram, redisPort());
    Files.deleteIfExists(dump());
  }

  public void freezeRedis() throws IOException {
    signal("STOP", List.of(redisProcess()));
  }

  public void thawRedis() throws IOException {
    signal("CONT", List.of(redisProcess()));
  }

  /**
   * One command without blanks in its arguments, past every cable.
   *
   * @return the answer as it came
   * @throws IOException also if Redis answers with an error
   */
  public String askRedis(String command) throws IOException {
    return askRedis(redisPort(), command);
  }

  /** The same of another Redis on this machine. */
  public static String askRedis(int port, String command) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(FreePort.loopback(port), SOCKET_LIMIT_MILLIS);
      socket.setSoTimeout(SOCKET_LIMIT_MILLIS);
      socket
          .getOutputStream()
          .write((command + "\r\nQUIT\r\n").getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (answer.startsWith("-")) {
        throw new IOException(command + ": " + answer);
      }
      return answer.substring(0, answer.length() - "+OK\r\n".length());
    }
  }

  private Path dump() {
    return redisProgram.resolveSibling("dump.rdb");
  }

  private Path snapshot() {
    return redisProgram.resolveSibling("snapshot.rdb");
  }

  /** The postmaster first. */
  private List<ProcessHandle> postgresProcesses() {
    return postgresProcesses("/postgres/data");
  }

  private List<ProcessHandle> postgresProcesses(String data) {
    List<ProcessHandle> all = new ArrayList<>(processes(data));
    all.addAll(all.stream().flatMap(ProcessHandle::children).toList());
    return all;
  }

  private ProcessHandle redisProcess() {
    return processes("/redis/").get(0);
  }

  private List<ProcessHandle> processes(String part) {
    List<ProcessHandle> found =
        ServerProcesses.in(work.base(), work.path()).stream()
            .filter(p -> p.info().commandLine().orElse("").contains(part))
            .toList();
    if (found.isEmpty()) {
      throw new IllegalStateException("not running: " + part);
    }
    return found;
  }

  private void signal(String name, List<ProcessHandle> processes) throws IOException {
    String ids =
        processes.stream().map(p -> String.valueOf(p.pid())).collect(Collectors.joining(" "));
    // Its exit code tells that one of them has ended meanwhile, which is no matter.
    Command.run(work.path(), PATIENCE, List.of("sh", "-c", "kill -%s %s".formatted(name, ids)));
  }

  /** A zombie that nobody reaps never exits, but has no command line. */
  private static void awaitEnd(List<ProcessHandle> processes) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (processes.stream().anyMatch(p -> p.info().commandLine().isPresent())) {
      if (System.nanoTime() > end) {
        throw new IOException("do not end: " + processes);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  @Override
  public void close() throws IOException {
    work.close();
  }
}
