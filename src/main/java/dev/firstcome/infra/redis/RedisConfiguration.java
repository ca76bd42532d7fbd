package dev.firstcome.infra.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.EpollProvider;
import io.lettuce.core.resource.Transports;
import io.netty.util.concurrent.EventExecutorGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How Redis is reached, and the limits of doing so. */
@Configuration(proxyBeanMethods = false)
class RedisConfiguration {

  private static final Logger log = LoggerFactory.getLogger(RedisConfiguration.class);

  /**
   * Commands that may wait for Redis: a few calls for each batch in flight and for each ranking
   * read, with much room to spare. Lettuce's own default is {@code Integer.MAX_VALUE}.
   */
  private static final int REQUEST_QUEUE_LIMIT = 4096;

  /** How long after a failure to connect it is tried again; Lettuce's own delay grows to 30 s. */
  private static final Duration RECONNECT_DELAY = Duration.ofMillis(500);

  /** Rest before the kernel asks whether the other side is there, and between asking. */
  private static final Duration KEEPALIVE_IDLE = Duration.ofSeconds(5);

  private static final Duration KEEPALIVE_INTERVAL = Duration.ofSeconds(2);
  private static final int KEEPALIVE_PROBES = 3;

  /**
   * Between two looks at a cluster's topology that nothing asked for, and at least that asked for.
   */
  private static final Duration REFRESH_PERIOD = Duration.ofSeconds(15);

  private static final Duration REFRESH_PAUSE = Duration.ofSeconds(1);

  @Bean
  RedisSocket redisSocket() {
    return new RedisSocket();
  }

  @Bean(destroyMethod = "")
  ClientResources redisResources(RedisSocket redisSocket) {
    return ClientResources.builder()
        .nettyCustomizer(redisSocket)
        .reconnectDelay(Delay.constant(RECONNECT_DELAY))
        .ioThreadPoolSize(Runtime.getRuntime().availableProcessors())
        .computationThreadPoolSize(2)
        .build();
  }

  /** The loops that the client uses, to be watched. */
  @Bean(destroyMethod = "")
  EventExecutorGroup redisEventLoops(ClientResources redisResources) {
    return redisResources.eventLoopGroupProvider().allocate(Transports.eventLoopGroupClass());
  }

  @Bean(destroyMethod = "")
  RedisConnections redisConnections(ClientResources redisResources, RedisSettings settings) {
    RedisSettings.Cluster cluster = settings.cluster();
    if (cluster != null) {
      RedisClusterClient client = RedisClusterClient.create(redisResources, settings.clusterUris());
      client.setOptions(clusterOptions(settings, cluster));
      return new RedisConnections.Cluster(client);
    }
    RedisClient client = RedisClient.create(redisResources, settings.uri());
    client.setOptions(limited(ClientOptions.builder(), settings).build());
    return new RedisConnections.Single(client, settings.uri());
  }

  private static ClusterClientOptions clusterOptions(
      RedisSettings settings, RedisSettings.Cluster cluster) {
    ClusterClientOptions.Builder options = ClusterClientOptions.builder();
    limited(options, settings);
    return options
        // Followed before it has run anywhere, so this repeats nothing.
        .maxRedirects(cluster.maxRedirects())
        // A slot may have moved to a node that this instance has not heard of: the cluster is
        // believed.
        .validateClusterNodeMembership(false)
        .topologyRefreshOptions(
            ClusterTopologyRefreshOptions.builder()
                .enableAllAdaptiveRefreshTriggers()
                .refreshTriggersReconnectAttempts(1)
                .adaptiveRefreshTriggersTimeout(REFRESH_PAUSE)
                .enablePeriodicRefresh(REFRESH_PERIOD)
                .build())
        .build();
  }

  private static ClientOptions.Builder limited(
      ClientOptions.Builder options, RedisSettings settings) {
    return options
        .socketOptions(socketOptions(settings.connectTimeout()))
        .timeoutOptions(TimeoutOptions.enabled(settings.timeout()))
        .requestQueueSize(REQUEST_QUEUE_LIMIT)
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        // A command whose reply was lost may have run. The caller decides whether to repeat it.
        .replayFilter(command -> true);
  }

  /** What it asks of the kernel is possible with epoll only, and left out elsewhere. */
  private static SocketOptions socketOptions(Duration connectTimeout) {
    boolean epoll = EpollProvider.isAvailable();
    return SocketOptions.builder()
        .connectTimeout(connectTimeout)
        .keepAlive(
            SocketOptions.KeepAliveOptions.builder()
                .enable(epoll)
                .idle(KEEPALIVE_IDLE)
                .interval(KEEPALIVE_INTERVAL)
                .count(KEEPALIVE_PROBES)
                .build())
        .tcpUserTimeout(
            SocketOptions.TcpUserTimeoutOptions.builder()
                .enable(epoll)
                .tcpUserTimeout(connectTimeout)
                .build())
        .build();
  }

  /**
   * Opened by {@link RedisHealthCheck}, or when half of the last ten calls failed; closed by it
   * alone.
   */
  @Bean
  CircuitBreaker redisBreaker() {
    CircuitBreaker breaker =
        CircuitBreaker.of(
            "redis",
            CircuitBreakerConfig.custom()
                .slidingWindowSize(10)
                .minimumNumberOfCalls(5)
                .failureRateThreshold(50)
                .ignoreException(RedisConfiguration::isMoving)
                .build());
    breaker
        .getEventPublisher()
        .onStateTransition(change -> log.warn("redis breaker: {}", change.getStateTransition()));
    return breaker;
  }

  /** Half of a slot's keys are on another node already: a prompt answer, and over in a moment. */
  private static boolean isMoving(Throwable failure) {
    return failure instanceof RedisCommandExecutionException
        && String.valueOf(failure.getMessage()).startsWith("TRYAGAIN");
  }

  @Bean
  RedisShutdown redisShutdown(RedisConnections connections, ClientResources redisResources) {
    return new RedisShutdown(connections.client(), redisResources);
  }

  /** Lettuce's own close waits two seconds for quiet; the lanes have drained before this. */
  record RedisShutdown(AbstractRedisClient client, ClientResources resources)
      implements AutoCloseable {

    @Override
    public void close() {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
      resources.shutdown(0, 2, TimeUnit.SECONDS);
    }
  }
}
