package dev.firstcome.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.resource.ClientResources;
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

  @Bean(destroyMethod = "")
  ClientResources redisResources() {
    return ClientResources.builder()
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
            .socketOptions(
                SocketOptions.builder().connectTimeout(settings.connectTimeout()).build())
            .timeoutOptions(TimeoutOptions.enabled(settings.timeout()))
            .requestQueueSize(REQUEST_QUEUE_LIMIT)
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            // A command whose reply was lost may have run. Whoever sent it decides about repeating.
            .replayFilter(command -> true)
            .build());
    return client;
  }

  /** Open for a second after half of the last ten calls failed; then two calls probe. */
  @Bean
  CircuitBreaker redisBreaker() {
    CircuitBreaker breaker =
        CircuitBreaker.of(
            "redis",
            CircuitBreakerConfig.custom()
                .slidingWindowSize(10)
                .minimumNumberOfCalls(5)
                .failureRateThreshold(50)
                .waitDurationInOpenState(Duration.ofSeconds(1))
                .permittedNumberOfCallsInHalfOpenState(2)
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
