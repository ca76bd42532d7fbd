package dev.firstcome.faults;

import dev.firstcome.dev.Cable;
import dev.firstcome.dev.Stores;
import dev.firstcome.dev.Tokens;
import dev.firstcome.faults.Kind.Target;
import dev.firstcome.faults.Plan.Fault;
import java.io.File;
import java.io.IOException;
import java.net.http.HttpClient;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Some instances of the shop, PostgreSQL, Redis, and between each instance and each store a cable
 * of its own; or, instead of that Redis, the {@link Nodes} that are there. Begins and ends the
 * faults of a plan.
 */
final class Arena implements AutoCloseable {

  private static final List<Kind> ONE_REDIS =
      Kind.of(EnumSet.complementOf(EnumSet.of(Target.NODES)));

  private static final List<Kind> MANY =
      Kind.of(EnumSet.of(Target.INSTANCE, Target.POSTGRES, Target.NODES));

  private static final long HOUR_SECONDS = 3600;

  private final Stores stores;
  private final @Nullable Nodes nodes;
  private final List<Instance> instances = new ArrayList<>();
  private final List<Cable> toPostgres = new ArrayList<>();
  private final List<Cable> toRedis = new ArrayList<>();
  private final List<ShiftedClock> clocks = new ArrayList<>();
  private final Map<Fault, AutoCloseable> others = new ConcurrentHashMap<>();
  private final HttpClient http;
  private final Tokens tokens;

  private Arena(Stores stores, @Nullable Nodes nodes, HttpClient http, Tokens tokens) {
    this.tokens = tokens;
    this.stores = stores;
    this.nodes = nodes;
    this.http = http;
  }

  /**
   * @param stores which are closed with it
   * @param nodes what is to be used as Redis; null for that of the stores
   * @param shop the command that starts an instance
   * @param logs where the instances write
   */
  static Arena open(
      int instances,
      Stores stores,
      @Nullable Nodes nodes,
      List<String> shop,
      String secret,
      File logs,
      HttpClient http)
      throws IOException, InterruptedException {
    Arena arena = new Arena(stores, nodes, http, new Tokens(secret));
    // However this process ends, short of being killed, nothing of it stays.
    Runtime.getRuntime().addShutdownHook(new Thread(arena::closeQuietly, "arena-close"));
    for (int i = 0; i < instances; i++) {
      ShiftedClock clock = ShiftedClock.of(logs.toPath(), i);
      arena.add(shop, secret, new File(logs, "shop-%d.log".formatted(i)), clock);
    }
    for (Instance instance : arena.instances) {
      instance.start();
      instance.awaitOpen(http);
    }
    return arena;
  }

  private void add(List<String> shop, String secret, File log, @Nullable ShiftedClock clock)
      throws IOException {
    Cable postgres = new Cable("127.0.0.1", stores.postgresPort());
    Cable redis = new Cable("127.0.0.1", stores.redisPort());
    toPostgres.add(postgres);
    toRedis.add(redis);
    Map<String, String> environment = new HashMap<>();
    // A crowd of few users is to keep the shop busy.
    environment.put("FIRSTCOME_ORDER_MAXPENDING", "0");
    if (clock != null) {
      clocks.add(clock);
      environment.putAll(clock.environment());
    }
    if (nodes == null) {
      environment.put("SPRING_DATA_REDIS_URL", "redis://127.0.0.1:" + redis.port());
    }
    // Nodes are in this process's own environment already.
    environment.putAll(
        Map.of(
            "FIRSTCOME_DATABASE_REPLICAURL",
            stores.replicaUrl(),
            "SPRING_R2DBC_URL",
            stores.postgresUrl(postgres.port()),
            "SPRING_R2DBC_USERNAME",
            stores.user(),
            "SPRING_R2DBC_PASSWORD",
            stores.password(),
            "FIRSTCOME_SECURITY_JWTSECRET",
            secret));
    instances.add(new Instance(Stores.freePort(), shop, environment, log));
  }

  Stores stores() {
    return stores;
  }

  Gates gates() {
    return new Gates(stores, nodes);
  }

  /** For people. */
  String label() {
    return "%s, %d instances of 256 MB, fsync on"
        .formatted(
            nodes == null ? stores.label() : stores.postgresLabel() + ", " + nodes.label(),
            instances.size());
  }

  /** What happens here, one after the other. */
  List<Kind> kinds() {
    return nodes == null ? possible(ONE_REDIS) : nodes.kinds();
  }

  /** Without a C compiler nobody's clock can be set. */
  private List<Kind> possible(List<Kind> kinds) {
    if (!clocks.isEmpty()) {
      return kinds;
    }
    FaultRun.say("NOT TRIED, no C compiler (cc): %s", Kind.CLOCK_AHEAD.label());
    return kinds.stream().filter(kind -> kind.target() != Target.CLOCK).toList();
  }

  /** The product whose row somebody holds; 0 if that is not what this is. */
  long heldProduct(Fault fault) {
    return others.get(fault) instanceof Psql psql && fault.kind() == Kind.HOLD_ROW
        ? psql.product()
        : 0;
  }

  Plan plan(long seed) {
    return Plan.of(seed, kinds(), nodes == null ? kinds() : MANY, instances.size());
  }

  /** The way to the instances. */
  Door door() {
    return new Door(http, instances.stream().map(Instance::port).toList());
  }

  void begin(Fault fault) throws IOException, InterruptedException, SQLException {
    Instance instance = instances.get(fault.instance());
    Cable postgres = toPostgres.get(fault.instance());
    Cable redis = toRedis.get(fault.instance());
    int latency = 50 + new Random(fault.chance()).nextInt(400);
    switch (fault.kind()) {
      case KILL_INSTANCE -> instance.kill();
      case STOP_INSTANCE -> instance.stop();
      case FREEZE_INSTANCE -> instance.freeze();
      case KILL_POSTGRES -> stores.killPostgres();
      case QUIT_POSTGRES -> stores.quitPostgres();
      case FREEZE_POSTGRES -> stores.freezePostgres();
      case SLOW_POSTGRES -> postgres.slow(latency, 50, fault.chance());
      case TEAR_POSTGRES -> postgres.tear(0.02, fault.chance());
      case SILENCE_POSTGRES -> postgres.silence();
      case KILL_REDIS, OLD_REDIS -> stores.killRedis();
      case FLUSH_REDIS -> stores.askRedis("FLUSHALL");
      case FULL_REDIS -> stores.askRedis("CONFIG SET maxmemory 1");
      case HOLD_ROW -> others.put(fault, Psql.holdingStock(stores, fault.chance()));
      case OPEN_SNAPSHOT -> others.put(fault, Psql.withSnapshot(stores));
      case CLOCK_AHEAD -> clocks.get(fault.instance()).set(HOUR_SECONDS);
      case SLOW_BODIES -> others.put(fault, Attacker.withSlowBodies(instance.port(), tokens));
      case UNKNOWN_PRODUCTS ->
          others.put(fault, Attacker.withUnknownProducts(door(), fault.instance(), tokens));
      case FREEZE_REDIS -> stores.freezeRedis();
      case SLOW_REDIS -> redis.slow(latency, 50, fault.chance());
      case TEAR_REDIS -> redis.tear(0.05, fault.chance());
      case SILENCE_REDIS -> redis.silence();
      case KILL_PRIMARY -> nodes().killPrimary(fault.chance());
      case FREEZE_PRIMARY -> nodes().freezePrimary(fault.chance());
      case MOVE_SLOTS -> nodes().moveSlots(fault.chance());
      case EMPTY_PRIMARY -> {
        nodes().killPrimary(fault.chance());
        nodes().restart();
      }
    }
  }

  /** Returns when what was away is there again. */
  void end(Fault fault) throws Exception {
    Instance instance = instances.get(fault.instance());
    switch (fault.kind()) {
      case KILL_INSTANCE, STOP_INSTANCE -> {
        instance.start();
        instance.awaitOpen(http);
      }
      case FREEZE_INSTANCE -> instance.thaw();
      case KILL_POSTGRES, QUIT_POSTGRES -> stores.restartPostgres();
      case FREEZE_POSTGRES -> stores.thawPostgres();
      case KILL_REDIS -> stores.restartRedis();
      case OLD_REDIS -> stores.restartRedisFromSnapshot();
      case FREEZE_REDIS -> stores.thawRedis();
      case FULL_REDIS -> stores.askRedis("CONFIG SET maxmemory 0");
      case HOLD_ROW, OPEN_SNAPSHOT, SLOW_BODIES, UNKNOWN_PRODUCTS ->
          Objects.requireNonNull(others.remove(fault)).close();
      case CLOCK_AHEAD -> clocks.get(fault.instance()).set(0);
      case FLUSH_REDIS -> {
        // It was over at once.
      }
      case KILL_PRIMARY -> nodes().restart();
      case FREEZE_PRIMARY -> nodes().thaw();
      case MOVE_SLOTS, EMPTY_PRIMARY -> {
        // Likewise; what is left to be done the servers do among themselves.
      }
      case SLOW_POSTGRES, TEAR_POSTGRES, SILENCE_POSTGRES ->
          toPostgres.get(fault.instance()).mend();
      case SLOW_REDIS, TEAR_REDIS, SILENCE_REDIS -> toRedis.get(fault.instance()).mend();
    }
  }

  /** Until what has failed is as good as before: the next one would find nobody to take over. */
  void awaitWhole() throws IOException, InterruptedException {
    if (nodes != null) {
      nodes.awaitWhole();
    }
  }

  private Nodes nodes() {
    return Objects.requireNonNull(nodes);
  }

  private void closeQuietly() {
    try {
      close();
    } catch (IOException e) {
      System.err.println("faults: the servers stay until the next start: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void closeQuietly(AutoCloseable other) {
    try {
      other.close();
    } catch (Exception gone) {
      System.err.println("faults: " + other + " was not closed: " + gone);
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    for (Instance instance : instances) {
      if (instance.isRunning()) {
        instance.kill();
      }
    }
    for (AutoCloseable other : others.values()) {
      closeQuietly(other);
    }
    for (Cable cable : toPostgres) {
      cable.close();
    }
    for (Cable cable : toRedis) {
      cable.close();
    }
    stores.close();
  }
}
