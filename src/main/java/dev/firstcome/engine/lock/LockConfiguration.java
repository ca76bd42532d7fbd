package dev.firstcome.engine.lock;

import dev.firstcome.infra.redis.RedisConnections;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How waiters hear that a name has become free. */
@Configuration(proxyBeanMethods = false)
class LockConfiguration {

  @Bean
  LockNotifications lockNotifications(RedisConnections redisConnections) {
    return new RedisLockNotifications(redisConnections::listening);
  }
}
