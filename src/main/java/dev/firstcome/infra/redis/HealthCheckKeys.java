package dev.firstcome.infra.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Keys of which every primary owns one: a client that can write them all can write everywhere. */
final class HealthCheckKeys {

  /** A primary with a single slot is found among so many keys, but for one time in e^24. */
  private static final int MOST_TRIES = 24 * SlotHash.SLOT_COUNT;

  private HealthCheckKeys() {}

  /**
   * @throws RedisException if there are slots that no primary owns
   */
  static List<String> of(RedisClusterAsyncCommands<String, String> commands) {
    return commands instanceof RedisAdvancedClusterAsyncCommands<String, String> cluster
        ? of(cluster.getStatefulConnection().getPartitions())
        : List.of(key(0));
  }

  static List<String> of(Partitions cluster) {
    Set<String> without = owners(cluster);
    List<String> keys = new ArrayList<>(without.size());
    for (int i = 0; !without.isEmpty() && i < MOST_TRIES; i++) {
      RedisClusterNode owner = cluster.getPartitionBySlot(SlotHash.getSlot(key(i)));
      if (owner != null && without.remove(owner.getNodeId())) {
        keys.add(key(i));
      }
    }
    if (!without.isEmpty()) {
      throw new RedisException("no key for " + without);
    }
    return keys;
  }

  private static Set<String> owners(Partitions cluster) {
    Set<String> owners = new HashSet<>();
    for (int slot = 0; slot < SlotHash.SLOT_COUNT; slot++) {
      RedisClusterNode owner = cluster.getPartitionBySlot(slot);
      if (owner == null) {
        throw new RedisException("nobody owns slot " + slot);
      }
      owners.add(owner.getNodeId());
    }
    return owners;
  }

  private static String key(int number) {
    return "pulse:{" + number + "}";
  }
}
