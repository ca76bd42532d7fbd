package dev.firstcome.infra.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode.NodeFlag;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HealthCheckKeysTest {

  private static RedisClusterNode node(String id, int first, int last) {
    List<Integer> slots = IntStream.rangeClosed(first, last).boxed().toList();
    return new RedisClusterNode(
        RedisURI.create("a", 1 + id.charAt(0)),
        id,
        true,
        "",
        0,
        0,
        0,
        slots,
        Set.of(NodeFlag.UPSTREAM));
  }

  private static Partitions cluster(RedisClusterNode... nodes) {
    Partitions cluster = new Partitions();
    cluster.addAll(List.of(nodes));
    cluster.updateCache();
    return cluster;
  }

  @Test
  void haveOneForEveryPrimaryThatOwnsSlotsHoweverFew() {
    Partitions cluster =
        cluster(
            node("a", 0, 9998), node("b", 9999, 9999), node("c", 10_000, 16_383), node("d", 0, -1));

    assertThat(HealthCheckKeys.of(cluster))
        .extracting(key -> cluster.getPartitionBySlot(SlotHash.getSlot(key)).getNodeId())
        .containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void areNotToBeHadWhileASlotHasNoOwner() {
    Partitions cluster = cluster(node("a", 0, 9998), node("c", 10_000, 16_383));

    assertThatThrownBy(() -> HealthCheckKeys.of(cluster))
        .isInstanceOf(RedisException.class)
        .hasMessageContaining("9999");
  }
}
