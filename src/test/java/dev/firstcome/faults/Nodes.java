package dev.firstcome.faults;

import dev.firstcome.dev.Stores;
import dev.firstcome.faults.Kind.Target;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.SlotHash;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The servers that {@code src/test/check cluster} has started and named in the environment: a
 * cluster, or a primary and its replica behind Sentinel. They tell their process ids and how to
 * start them again; what has failed is one of them at a time.
 */
final class Nodes {

  private static final Duration WHOLE_LIMIT = Duration.ofSeconds(60);
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(120);

  private final List<Integer> ports;
  private final boolean cluster;
  private final String seeds;
  private int failed;
  private String processOfFailed = "";
  private List<String> startOfFailed = List.of();

  private Nodes(List<Integer> ports, boolean cluster, String seeds) {
    this.ports = ports;
    this.cluster = cluster;
    this.seeds = seeds;
  }

  /** Null if there are none: the run has a Redis of its own then. */
  static @Nullable Nodes ofTheEnvironment() {
    Map<String, String> environment = System.getenv();
    String ports = environment.get("REDIS_PORTS");
    if (ports == null) {
      return null;
    }
    String cluster = environment.get("SPRING_DATA_REDIS_CLUSTER_NODES");
    String seeds =
        cluster != null
            ? cluster
            : environment.getOrDefault("SPRING_DATA_REDIS_SENTINEL_NODES", "");
    return new Nodes(
        Arrays.stream(ports.split(" ")).map(Integer::valueOf).toList(), cluster != null, seeds);
  }

  boolean isCluster() {
    return cluster;
  }

  /** For people. */
  String label() {
    return cluster
        ? "a cluster of " + ports.size() + " nodes"
        : "a primary and a replica, Sentinel";
  }

  /** What can happen to them. */
  List<Kind> kinds() {
    return Kind.of(EnumSet.of(Target.NODES)).stream()
        .filter(kind -> cluster || kind != Kind.MOVE_SLOTS)
        .toList();
  }

  /** By which they are found. */
  RedisURI uri() {
    return RedisURI.create("127.0.0.1", primary(0));
  }

  /** One of those that hold stock. */
  private int primary(long chance) {
    try {
      if (cluster) {
        return owner(hotSlot(chance)).port;
      }
      return primaryOfSentinel();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private int primaryOfSentinel() {
    int port = Integer.parseInt(seeds.split(",")[0].split(":")[1]);
    RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", port));
    try (var sentinel = client.connectSentinel()) {
      SocketAddress primary = sentinel.sync().getMasterAddrByName("drop");
      return ((InetSocketAddress) primary).getPort();
    } finally {
      client.shutdown();
    }
  }

  private static int hotSlot(long chance) {
    int n = partitions();
    return SlotHash.getSlot(n == 1 ? "0" : Math.floorMod(chance, n) + "/" + n);
  }

  /** Of stock. */
  static int partitions() {
    return Integer.parseInt(System.getenv().getOrDefault("FIRSTCOME_STOCK_PARTITIONS", "1"));
  }

  /** That of which the fewest slots are before it. */
  private int nearestHotSlot() throws IOException {
    int nearest = hotSlot(0);
    for (int partition = 1; partition < partitions(); partition++) {
      int slot = hotSlot(partition);
      nearest = owner(slot).upTo(slot) < owner(nearest).upTo(nearest) ? slot : nearest;
    }
    return nearest;
  }

  /** A line of {@code CLUSTER NODES}. */
  private record Node(
      String id, int port, String flags, String primary, String link, String slots) {

    static Node parse(String line) {
      String[] parts = line.split(" ", 9);
      int port = Integer.parseInt(parts[1].replaceAll(".*:(\\d+)@.*", "$1"));
      return new Node(
          parts[0], port, parts[2], parts[3], parts[7], parts.length > 8 ? parts[8].trim() : "");
    }

    boolean isUp() {
      return !flags.contains("fail") && link.equals("connected");
    }

    boolean isPrimary() {
      return flags.contains("master") && !slots.isEmpty();
    }

    /** The ranges, without what is on its way. */
    Stream<int[]> ranges() {
      return Arrays.stream(slots.split(" "))
          .filter(range -> range.matches("\\d+(-\\d+)?"))
          .map(range -> Arrays.stream(range.split("-")).mapToInt(Integer::parseInt).toArray());
    }

    boolean owns(int slot) {
      return ranges().anyMatch(range -> range[0] <= slot && slot <= range[range.length - 1]);
    }

    /** How many of its slots are not above this one. */
    int upTo(int slot) {
      return ranges()
          .mapToInt(range -> Math.max(0, Math.min(slot, range[range.length - 1]) - range[0] + 1))
          .sum();
    }
  }

  /** As one of those that are up sees them. */
  private List<Node> nodes() throws IOException {
    for (int port : ports) {
      if (port != failed) {
        return Stores.askRedis(port, "CLUSTER NODES")
            .lines()
            .filter(line -> line.contains("@"))
            .map(Node::parse)
            .toList();
      }
    }
    throw new IOException("no node is up");
  }

  private Node owner(int slot) throws IOException {
    return nodes().stream()
        .filter(node -> node.isPrimary() && node.owns(slot))
        .findFirst()
        .orElseThrow(() -> new IOException("nobody owns slot " + slot));
  }

  void killPrimary(long chance) throws IOException, InterruptedException {
    choosePrimary(chance);
    signal("KILL");
  }

  void freezePrimary(long chance) throws IOException, InterruptedException {
    choosePrimary(chance);
    signal("STOP");
  }

  private void choosePrimary(long chance) throws IOException {
    int port = primary(chance);
    String info = Stores.askRedis(port, "INFO server");
    processOfFailed = field(info, "process_id");
    startOfFailed = List.of(field(info, "executable"), field(info, "config_file"));
    failed = port;
  }

  private static String field(String info, String name) throws IOException {
    Matcher field = Pattern.compile("(?m)^" + name + ":(\\S+)").matcher(info);
    if (!field.find()) {
      throw new IOException("INFO has no " + name);
    }
    return field.group(1);
  }

  private void signal(String name) throws IOException, InterruptedException {
    run(List.of("kill", "-" + name, processOfFailed));
  }

  /** It keeps nothing, so it is empty; whose slots it had it has written down. */
  void restart() throws IOException, InterruptedException {
    run(startOfFailed);
    failed = 0;
  }

  void thaw() throws IOException, InterruptedException {
    signal("CONT");
    failed = 0;
  }

  /** All slots of a primary up to one in which some of the stock is: so redis-cli takes them. */
  void moveSlots(long chance) throws IOException, InterruptedException {
    int slot = nearestHotSlot();
    Node from = owner(slot);
    List<Node> others =
        nodes().stream().filter(n -> n.isPrimary() && !n.id.equals(from.id)).toList();
    Node to = others.get((int) Math.floorMod(chance >> 8, others.size()));
    // Not the last one: who owns nothing any more becomes a replica.
    int slots = Math.min(from.upTo(slot), from.upTo(SlotHash.SLOT_COUNT) - 1);
    run(
        List.of(
            "redis-cli",
            "--cluster",
            "reshard",
            "127.0.0.1:" + from.port,
            "--cluster-from",
            from.id,
            "--cluster-to",
            to.id,
            "--cluster-slots",
            String.valueOf(slots),
            "--cluster-yes"));
    if (owner(slot).id.equals(from.id)) {
      throw new IOException("slot %d did not move".formatted(slot));
    }
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    File log = new File("target/faults/nodes.log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start();
    process.getOutputStream().close();
    if (!process.waitFor(COMMAND_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(command + " did not end, see " + log);
    }
    if (process.exitValue() != 0) {
      throw new IOException(command + " failed, see " + log);
    }
  }

  /** Every primary has a replica that is up to date. */
  void awaitWhole() throws IOException, InterruptedException {
    long end = System.nanoTime() + WHOLE_LIMIT.toNanos();
    String missing = missing();
    while (!missing.isEmpty()) {
      if (System.nanoTime() > end) {
        throw new IOException("not whole again within " + WHOLE_LIMIT + ": " + missing);
      }
      Thread.sleep(200);
      missing = missing();
    }
  }

  /** For people; empty if nothing is. */
  private String missing() throws IOException {
    int upToDate = 0;
    for (int port : ports) {
      try {
        String info = Stores.askRedis(port, "INFO replication");
        upToDate += info.contains("master_link_status:up") ? 1 : 0;
      } catch (IOException starting) {
        return port + " does not answer: " + starting;
      }
    }
    List<Node> all = cluster ? nodes() : List.of();
    boolean manned =
        all.stream()
            .filter(Node::isPrimary)
            .allMatch(p -> all.stream().anyMatch(r -> r.primary.equals(p.id)));
    boolean whole = upToDate == ports.size() / 2 && manned && all.stream().allMatch(Node::isUp);
    return whole ? "" : upToDate + " replicas are up to date; " + all;
  }
}
