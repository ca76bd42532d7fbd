package dev.firstcome.faults;

import dev.firstcome.dev.Stores;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.api.sync.RedisCommands;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks at what Redis holds against people, beside what PostgreSQL has. For quiet times only. */
final class Gates {

  private static final String AVAILABLE = "stock:{0}:available";
  private static final String HELD = "stock:{0}:held";

  private final Stores stores;

  Gates(Stores stores) {
    this.stores = stores;
  }

  /**
   * What the gates refuse although the database has it, a line each: units or coupons that would
   * never be sold. What a gate is too generous by is harmless, the database refuses it.
   *
   * @param excuseHeld whether what is held still, for the sweep to ask about, is left out
   */
  List<String> tooStrict(boolean excuseHeld) throws SQLException {
    List<String> found = new ArrayList<>();
    RedisClient client = RedisClient.create("redis://127.0.0.1:" + stores.redisPort());
    try (var redis = client.connect();
        Connection connection = stores.connect()) {
      products(redis.sync(), connection, excuseHeld, found);
      campaigns(redis.sync(), connection, excuseHeld, found);
      if (!excuseHeld && redis.sync().zcard(HELD) > 0) {
        found.add("orders are held: " + redis.sync().zrange(HELD, 0, 3));
      }
    } finally {
      client.shutdown();
    }
    return found;
  }

  private static void products(
      RedisCommands<String, String> redis,
      Connection connection,
      boolean excuseHeld,
      List<String> found)
      throws SQLException {
    Map<String, Long> held = new HashMap<>();
    if (excuseHeld) {
      for (String lines : redis.hvals("stock:{0}:lines")) {
        String[] parts = lines.split(" ");
        for (int i = 0; i + 1 < parts.length; i += 2) {
          held.merge(parts[i], Long.parseLong(parts[i + 1]), Long::sum);
        }
      }
    }
    Map<String, String> available = redis.hgetall(AVAILABLE);
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

  private static void campaigns(
      RedisCommands<String, String> redis,
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

  private static List<Long> loadedCampaigns(RedisCommands<String, String> redis) {
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

  /** Which of these the gates do not know: whoever asks for them is at the database. */
  List<String> notLoaded(List<Long> products, List<Long> campaigns) {
    List<String> found = new ArrayList<>();
    RedisClient client = RedisClient.create("redis://127.0.0.1:" + stores.redisPort());
    try (var redis = client.connect()) {
      for (long product : products) {
        if (!redis.sync().hexists(AVAILABLE, String.valueOf(product))) {
          found.add("product " + product);
        }
      }
      for (long campaign : campaigns) {
        if (redis.sync().exists("coupon:{" + campaign + "}:limit") == 0) {
          found.add("campaign " + campaign);
        }
      }
    } finally {
      client.shutdown();
    }
    return found;
  }
}
