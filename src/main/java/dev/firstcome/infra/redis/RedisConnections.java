package dev.firstcome.infra.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.concurrent.CompletionStage;

/** Opens connections: the one place that knows whether Redis is one server or many. */
public interface RedisConnections {

  AbstractRedisClient client();

  /** One for commands and scripts, shared by all who call. It opens again by itself. */
  CompletionStage<RedisClusterAsyncCommands<String, String>> ordinary();

  /** One that only listens, and subscribes again by itself. */
  CompletionStage<? extends StatefulRedisPubSubConnection<String, String>> listening();

  /** One server, or the one that Sentinel names, asked anew each time that it is connected to. */
  record Single(RedisClient client, RedisURI uri) implements RedisConnections {

    @Override
    public CompletionStage<RedisClusterAsyncCommands<String, String>> ordinary() {
      return client
          .connectAsync(StringCodec.UTF8, uri)
          .thenApply(StatefulRedisConnection<String, String>::async);
    }

    @Override
    public CompletionStage<StatefulRedisPubSubConnection<String, String>> listening() {
      return client.connectPubSubAsync(StringCodec.UTF8, uri);
    }
  }

  /** Many servers, each with the slots that it owns. */
  record Cluster(RedisClusterClient client) implements RedisConnections {

    @Override
    public CompletionStage<RedisClusterAsyncCommands<String, String>> ordinary() {
      // Nobody connects before the topology has been seen.
      return client
          .refreshPartitionsAsync()
          .thenCompose(seen -> client.connectAsync(StringCodec.UTF8))
          .thenApply(StatefulRedisClusterConnection<String, String>::async);
    }

    /** To any node: what is published on one is heard on all. */
    @Override
    public CompletionStage<? extends StatefulRedisPubSubConnection<String, String>> listening() {
      return client
          .refreshPartitionsAsync()
          .thenCompose(seen -> client.connectPubSubAsync(StringCodec.UTF8));
    }
  }
}
