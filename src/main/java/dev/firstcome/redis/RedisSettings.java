package dev.firstcome.redis;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where Redis is, under Spring Boot's own names.
 *
 * @param url {@code redis://[user:password@]host[:port][/db]}, {@code rediss://} for TLS; wins over
 *     the single members
 * @param host used when there is no url
 * @param cluster several nodes are not supported yet: refused rather than ignored
 * @param sentinel likewise
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
    @Nullable Nodes cluster,
    @Nullable Nodes sentinel,
    @DefaultValue("500ms") Duration timeout,
    @DefaultValue("2s") Duration connectTimeout) {

  /** The members of a cluster, or of a group of sentinels. */
  public record Nodes(@Nullable List<String> nodes) {}

  public RedisSettings {
    if (cluster != null || sentinel != null) {
      throw new IllegalArgumentException(
          "spring.data.redis.cluster and .sentinel are not supported yet: set spring.data.redis.url");
    }
  }

  /** Without url and password: settings end up in logs. */
  @Override
  public String toString() {
    return "RedisSettings[timeout=%s, connectTimeout=%s]".formatted(timeout, connectTimeout);
  }

  RedisURI uri() {
    if (url != null) {
      return limited(RedisURI.create(url));
    }
    RedisURI.Builder uri = RedisURI.builder().withHost(host).withPort(port).withDatabase(database);
    if (password != null && username != null) {
      uri.withAuthentication(username, password.toCharArray());
    } else if (password != null) {
      uri.withPassword(password.toCharArray());
    }
    return limited(uri.build());
  }

  /** What a URI calls its timeout is how long the first words of a connection may take. */
  private RedisURI limited(RedisURI uri) {
    uri.setTimeout(connectTimeout);
    return uri;
  }
}
