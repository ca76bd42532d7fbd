package dev.firstcome.redis;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where Redis is, under Spring Boot's own names.
 *
 * @param url {@code redis://[user:password@]host[:port][/db]}, {@code rediss://} for TLS; wins over
 *     the single members
 * @param host used when there is no url
 * @param timeout how long one command may take, a gate call included; then the lanes decide alone
 * @param connectTimeout how long a connection may take to open
 */
@ConfigurationProperties("spring.data.redis")
public record RedisSettings(
    @Nullable String url,
    @DefaultValue("localhost") String host,
    @DefaultValue("6379") int port,
    @Nullable String username,
    @Nullable String password,
    @DefaultValue("0") int database,
    @DefaultValue("500ms") Duration timeout,
    @DefaultValue("2s") Duration connectTimeout) {

  RedisURI uri() {
    if (url != null) {
      return RedisURI.create(url);
    }
    RedisURI.Builder uri = RedisURI.builder().withHost(host).withPort(port).withDatabase(database);
    if (password != null && username != null) {
      uri.withAuthentication(username, password.toCharArray());
    } else if (password != null) {
      uri.withPassword(password.toCharArray());
    }
    return uri.build();
  }
}
