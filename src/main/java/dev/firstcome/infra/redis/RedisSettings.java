package dev.firstcome.infra.redis;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where Redis is, under Spring Boot's own names.
 *
 * @param url {@code redis://[user:password@]host[:port][/db]}, {@code rediss://} for TLS; wins over
 *     the single members. With cluster or sentinel nodes only its user, password, TLS and database
 *     count
 * @param host used without a url
 * @param port used without a url
 * @param username used without a url
 * @param password used without a url
 * @param database used without a url; a cluster has only 0
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
    @Nullable Cluster cluster,
    @Nullable Sentinel sentinel,
    @DefaultValue("500ms") Duration timeout,
    @DefaultValue("2s") Duration connectTimeout) {

  /**
   * Redis Cluster.
   *
   * @param nodes some nodes as {@code host:port}; the others are learnt from them
   * @param maxRedirects how often a command follows a slot that has moved
   */
  public record Cluster(@Nullable List<String> nodes, @DefaultValue("5") int maxRedirects) {

    public Cluster {
      if (nodes == null || nodes.isEmpty()) {
        throw new IllegalArgumentException(
            "spring.data.redis.cluster.nodes is necessary for a cluster");
      }
      if (maxRedirects < 1 || maxRedirects > 16) {
        throw new IllegalArgumentException(
            "spring.data.redis.cluster.max-redirects must be 1 to 16");
      }
    }
  }

  /**
   * A primary that Sentinel watches over.
   *
   * @param master the name of the primary that Sentinel watches
   * @param nodes the sentinels as {@code host:port}
   * @param username for the sentinels themselves
   * @param password for the sentinels themselves
   */
  public record Sentinel(
      @Nullable String master,
      @Nullable List<String> nodes,
      @Nullable String username,
      @Nullable String password) {

    public Sentinel {
      if (master == null || nodes == null || nodes.isEmpty()) {
        throw new IllegalArgumentException(
            "spring.data.redis.sentinel.master and .nodes go together");
      }
    }

    /** Without the password. */
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "Sentinel[master=%s, nodes=%s]", master, nodes);
    }
  }

  public RedisSettings {
    if (cluster != null && sentinel != null) {
      throw new IllegalArgumentException(
          "spring.data.redis.cluster and .sentinel exclude each other");
    }
    if (cluster != null && database != 0) {
      throw new IllegalArgumentException("spring.data.redis.database: a cluster has only 0");
    }
  }

  /** Without url and password: settings end up in logs. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "RedisSettings[timeout=%s, connectTimeout=%s]", timeout, connectTimeout);
  }

  /** The server, or by which sentinels it is found. */
  RedisURI uri() {
    RedisURI uri = limited(url != null ? RedisURI.create(url) : ofTheMembers());
    if (sentinel != null && sentinel.nodes != null) {
      uri.setSentinelMasterId(sentinel.master);
      sentinel.nodes.forEach(node -> uri.getSentinels().add(sentinel(node, uri, sentinel)));
    }
    return uri;
  }

  /**
   * The nodes of the cluster that are named.
   *
   * @throws IllegalStateException if there is none
   */
  List<RedisURI> clusterUris() {
    if (cluster == null || cluster.nodes == null) {
      throw new IllegalStateException("no cluster");
    }
    RedisURI common = uri();
    return cluster.nodes.stream().map(node -> at(node, RedisURI.builder(common)).build()).toList();
  }

  private RedisURI ofTheMembers() {
    RedisURI.Builder uri = RedisURI.builder().withHost(host).withPort(port).withDatabase(database);
    authenticate(uri, username, password);
    return uri.build();
  }

  private RedisURI sentinel(String node, RedisURI common, Sentinel sentinel) {
    RedisURI.Builder uri = at(node, RedisURI.builder()).withSsl(common);
    authenticate(uri, sentinel.username, sentinel.password);
    return limited(uri.build());
  }

  private static void authenticate(
      RedisURI.Builder uri, @Nullable String username, @Nullable String password) {
    if (password != null && username != null) {
      uri.withAuthentication(username, password.toCharArray());
    } else if (password != null) {
      uri.withPassword(password.toCharArray());
    }
  }

  private static RedisURI.Builder at(String node, RedisURI.Builder uri) {
    int colon = node.lastIndexOf(':');
    if (colon < 1 || !node.substring(colon + 1).matches("\\d{1,5}")) {
      throw new IllegalArgumentException(
          "spring.data.redis: a node is written as host:port, not as " + node);
    }
    return uri.withHost(node.substring(0, colon).replaceAll("[\\[\\]]", ""))
        .withPort(Integer.parseInt(node.substring(colon + 1)));
  }

  /** What a URI calls its timeout is how long the first words of a connection may take. */
  private RedisURI limited(RedisURI uri) {
    uri.setTimeout(connectTimeout);
    return uri;
  }
}
