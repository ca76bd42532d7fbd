package dev.firstcome.infra.redis;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.firstcome.dev.ShopTest;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * On the cluster that {@code src/test/check cluster} starts; what it changes there it puts back.
 */
@ShopTest
@EnabledIfEnvironmentVariable(named = "SPRING_DATA_REDIS_CLUSTER_NODES", matches = ".+")
class ClusterIT {

  private static final Script ADMIT = Script.named("coupon_admit");

  @Autowired private Redis redis;
  @Autowired private CircuitBreaker redisBreaker;

  private final String tag = UUID.randomUUID().toString();
  private final String[] keys =
      List.of("limit", "holders", "held", "comparing").stream()
          .map(name -> "coupon:{" + tag + "}:" + name)
          .toArray(String[]::new);

  @BeforeEach
  void isWhole() {
    await().atMost(SOON).until(() -> redisBreaker.getState() == State.CLOSED);
  }

  @AfterEach
  void leaveNothing() {
    redis.call(r -> r.del(keys)).block(SOON);
  }

  private StatefulRedisClusterConnection<String, String> cluster() {
    return requireNonNull(
        redis
            .call(
                r ->
                    CompletableFuture.completedFuture(
                        ((RedisAdvancedClusterAsyncCommands<String, String>) r)
                            .getStatefulConnection()))
            .block(SOON));
  }

  private RedisClusterCommands<String, String> at(RedisClusterNode node) {
    return cluster().getConnection(node.getNodeId()).sync();
  }

  private List<RedisClusterNode> primaries() {
    return cluster().getPartitions().stream().filter(node -> !node.getSlots().isEmpty()).toList();
  }

  private List<String> admit(String user) {
    return requireNonNull(redis.run(ADMIT, keys, "1", user).block(SOON));
  }

  @Test
  void knowsEveryScriptOnEveryPrimary() {
    String[] all = Script.all().stream().map(Script::sha).toArray(String[]::new);
    assertThat(primaries()).hasSizeGreaterThan(2);
    for (RedisClusterNode primary : primaries()) {
      assertThat(at(primary).scriptExists(all)).containsOnly(true).hasSameSizeAs(all);
    }
  }

  @Test
  void sendsAScriptAlongThatANodeHasForgotten() {
    redis.call(r -> r.set(keys[0], "1")).block(SOON);
    for (RedisClusterNode primary : primaries()) {
      at(primary).scriptFlush();
    }
    assertThat(admit("ari")).containsExactly("ADMITTED");
  }

  /** Neither half of it is asked while its keys are on their way, and nothing is lost. */
  @Test
  void followsASlotThatMovesAndTakesTheMeantimeForNoOutage() {
    int slot = SlotHash.getSlot(tag);
    redis.call(r -> r.set(keys[0], "2")).block(SOON);
    assertThat(admit("ari")).containsExactly("ADMITTED");
    RedisClusterNode from = requireNonNull(cluster().getPartitions().getPartitionBySlot(slot));
    RedisClusterNode to =
        primaries().stream()
            .filter(n -> !n.getNodeId().equals(from.getNodeId()))
            .findAny()
            .orElseThrow();
    at(to).clusterSetSlotImporting(slot, from.getNodeId());
    at(from).clusterSetSlotMigrating(slot, to.getNodeId());
    move(keys[0], to, from);
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> admit("bo"))
          .isInstanceOf(RedisCommandExecutionException.class)
          .hasMessageStartingWith("TRYAGAIN");
    }
    assertThat(redisBreaker.getState()).isEqualTo(State.CLOSED);
    at(from).clusterGetKeysInSlot(slot, 10).forEach(key -> move(key, to, from));
    at(to).clusterSetSlotNode(slot, to.getNodeId());
    primaries().forEach(node -> at(node).clusterSetSlotNode(slot, to.getNodeId()));

    assertThat(admit("ari")).containsExactly("ALREADY_YOURS");
    assertThat(admit("bo")).containsExactly("ADMITTED");
    // Both are taken and neither is committed, so it is no final "no".
    assertThat(admit("cy")).containsExactly("UNDECIDED");
  }

  private void move(String key, RedisClusterNode to, RedisClusterNode from) {
    at(from).migrate(to.getUri().getHost(), to.getUri().getPort(), key, 0, 5000);
  }

  @Test
  void asksNoGateBeforeEveryPrimaryTakesWritesAgain() {
    RedisClusterCommands<String, String> one =
        at(requireNonNull(cluster().getPartitions().getPartitionBySlot(SlotHash.getSlot(tag))));
    one.configSet("min-replicas-to-write", "9");
    try {
      await()
          .atMost(SOON)
          .until(() -> failsToWrite() && redisBreaker.getState() == State.FORCED_OPEN);
      await()
          .during(Duration.ofSeconds(3))
          .atMost(SOON)
          .until(() -> redisBreaker.getState() == State.FORCED_OPEN);
    } finally {
      one.configSet("min-replicas-to-write", "0");
    }
    await().atMost(SOON).until(() -> redisBreaker.getState() == State.CLOSED);
    assertThat(redis.call(r -> r.set(keys[0], "1")).block(SOON)).isEqualTo("OK");
  }

  private boolean failsToWrite() {
    return requireNonNull(
        redis.call(r -> r.set(keys[0], "1")).map(ok -> false).onErrorReturn(true).block(SOON));
  }
}
