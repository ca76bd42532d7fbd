package dev.firstcome.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.codec.StringCodec;
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
  RedisClient redisClient(ClientResources redisResources, RedisSettings settings) {
    RedisClient client = RedisClient.create(redisResources, settings.uri());
    client.setOptions(
        ClientOptions.builder()
            .socketOptions(socketOptions(settings.connectTimeout()))
            .timeoutOptions(TimeoutOptions.enabled(settings.timeout()))
            .requestQueueSize(REQUEST_QUEUE_LIMIT)
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            // A command whose reply was lost may have run. Whoever sent it decides about repeating.
            .replayFilter(command -> true)
            .build());
    return client;
  }

  @Bean
  Bell lockBell(RedisClient redisClient, RedisSettings settings) {
    return new RedisBell(() -> redisClient.connectPubSubAsync(StringCodec.UTF8, settings.uri()));
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

  /** Opened by {@link Pulse}, or when half of the last ten calls failed; closed by it alone. */
  @Bean
  CircuitBreaker redisBreaker() {
    CircuitBreaker breaker =
        CircuitBreaker.of(
            "redis",
            CircuitBreakerConfig.custom()
                .slidingWindowSize(10)
                .minimumNumberOfCalls(5)
                .failureRateThreshold(50)
                .build());
    breaker
        .getEventPublisher()
        .onStateTransition(change -> log.warn("redis breaker: {}", change.getStateTransition()));
    return breaker;
  }

  @Bean
  RedisShutdown redisShutdown(RedisClient redisClient, ClientResources redisResources) {
    return new RedisShutdown(redisClient, redisResources);
  }

  /** Lettuce's own close waits two seconds for quiet; the lanes have drained before this. */
  record RedisShutdown(RedisClient client, ClientResources resources) implements AutoCloseable {

    @Override
    public void close() {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
      resources.shutdown(0, 2, TimeUnit.SECONDS);
    }
  }
}
