package dev.firstcome.faults;

import dev.firstcome.dev.Stores;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Looks at what Redis holds against people, beside what PostgreSQL has. For quiet times only. */
final class Gates {

  private final Stores stores;
  private final @Nullable Nodes nodes;

  /**
   * @param nodes where the gates are; null if they are in the stores' own Redis
   */
  Gates(Stores stores, @Nullable Nodes nodes) {
    this.stores = stores;
    this.nodes = nodes;
  }

  /** A connection to whatever Redis is here. */
  private record Look(
      AbstractRedisClient client,
      StatefulConnection<String, String> connection,
      RedisClusterCommands<String, String> redis)
      implements AutoCloseable {

    @Override
    public void close() {
      connection.close();
      client.shutdown();
    }
  }

  private Look look() {
    if (nodes != null && nodes.isCluster()) {
      RedisClusterClient client = RedisClusterClient.create(nodes.uri());
      var connection = client.connect();
      return new Look(client, connection, connection.sync());
    }
    RedisClient client =
        RedisClient.create(
            nodes == null ? RedisURI.create("127.0.0.1", stores.redisPort()) : nodes.uri());
    var connection = client.connect();
    return new Look(client, connection, connection.sync());
  }

  /** The names of a key of the stock gate, one for each partition. */
  private static List<String> stockKeys(String name) {
    int n = Nodes.partitions();
    return n == 1
        ? List.of("stock:{0}:" + name)
        : IntStream.range(0, n).mapToObj(p -> "stock:{%d/%d}:%s".formatted(p, n, name)).toList();
  }

  /**
   * What the gates refuse although the database has it, a line each: units or coupons that would
   * never be sold. What a gate is too generous by is harmless, the database refuses it.
   *
   * @param excuseHeld whether what is held still, for the sweep to ask about, is left out
   */
  List<String> tooStrict(boolean excuseHeld) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Look look = look();
        Connection connection = stores.connect()) {
      products(look.redis, connection, excuseHeld, found);
      campaigns(look.redis, connection, excuseHeld, found);
      for (String held : excuseHeld ? List.<String>of() : stockKeys("held")) {
        if (look.redis.zcard(held) > 0) {
          found.add(held + ": orders are held: " + look.redis.zrange(held, 0, 3));
        }
      }
    }
    return found;
  }

  private static void products(
      RedisClusterCommands<String, String> redis,
      Connection connection,
      boolean excuseHeld,
      List<String> found)
      throws SQLException {
    Map<String, Long> held = new HashMap<>();
    if (excuseHeld) {
      stockKeys("lines").forEach(key -> redis.hvals(key).forEach(lines -> add(lines, held)));
    }
    Map<String, String> available = new HashMap<>();
    stockKeys("available").forEach(key -> available.putAll(redis.hgetall(key)));
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT product_id, quantity FROM stock");
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        String product = rows.getString(1);
        String gate = available.get(product);
        if (gate != null
            && Long.parseLong(gate) + held.getOrDefault(product, 0L) < rows.getLong(2)) {
          found.add(
              "product %s: the gate has %s, the database %d"
                  .formatted(product, gate, rows.getLong(2)));
        }
      }
    }
  }

  private static void add(String lines, Map<String, Long> held) {
    String[] parts = lines.split(" ");
    for (int i = 0; i + 1 < parts.length; i += 2) {
      held.merge(parts[i], Long.parseLong(parts[i + 1]), Long::sum);
    }
  }

  private static void campaigns(
      RedisClusterCommands<String, String> redis,
      Connection connection,
      boolean excuseHeld,
      List<String> found)
      throws SQLException {
    Map<Long, Long> issued = new HashMap<>();
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT id, issued_quantity FROM coupons");
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        issued.put(rows.getLong(1), rows.getLong(2));
      }
    }
    for (long campaign : loadedCampaigns(redis)) {
      String key = "coupon:{" + campaign + "}:";
      long held = redis.zcard(key + "held");
      long holders = redis.scard(key + "holders") - (excuseHeld ? held : 0);
      long truth = issued.getOrDefault(campaign, 0L);
      if (holders > truth) {
        found.add(
            "campaign %d: the gate counts %d, the database %d, held %d"
                .formatted(campaign, holders, truth, held));
      }
      if (!excuseHeld && held > 0) {
        found.add("campaign %d: %d are held".formatted(campaign, held));
      }
    }
  }

  private static List<Long> loadedCampaigns(RedisClusterCommands<String, String> redis) {
    List<Long> campaigns = new ArrayList<>();
    KeyScanCursor<String> cursor = redis.scan(ScanArgs.Builder.matches("coupon:*:limit"));
    while (true) {
      cursor.getKeys().forEach(k -> campaigns.add(Long.parseLong(k.replaceAll("\\D", ""))));
      if (cursor.isFinished()) {
        return campaigns;
      }
      cursor = redis.scan(cursor, ScanArgs.Builder.matches("coupon:*:limit"));
    }
  }

  /** What Redis has of products that nobody has ever sold. */
  List<String> unknown() {
    List<String> found = new ArrayList<>();
    try (Look look = look()) {
      for (String key : look.redis.keys("stock:*")) {
        if (look.redis.type(key).equals("hash")) {
          look.redis.hkeys(key).stream()
              .filter(
                  field -> field.matches("\\d{10,}") && Long.parseLong(field) >= Attacker.UNKNOWN)
              .limit(1)
              .forEach(field -> found.add(key + " has what there is not: " + field));
        }
      }
    }
    return found;
  }

  /** Which of these the gates do not know: whoever asks for them is at the database. */
  List<String> notLoaded(List<Long> products, List<Long> campaigns) {
    List<String> found = new ArrayList<>();
    try (Look look = look()) {
      Set<String> known = new HashSet<>();
      stockKeys("available").forEach(key -> known.addAll(look.redis.hkeys(key)));
      for (long product : products) {
        if (!known.contains(String.valueOf(product))) {
          found.add("product " + product);
        }
      }
      for (long campaign : campaigns) {
        if (look.redis.exists("coupon:{" + campaign + "}:limit") == 0) {
          found.add("campaign " + campaign);
        }
      }
    }
    return found;
  }
}
