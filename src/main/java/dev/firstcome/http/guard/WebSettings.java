package dev.firstcome.http.guard;

import io.netty.util.NetUtil;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The limits of the HTTP door.
 *
 * @param maxBody the largest request body
 * @param maxHead the longest request line, and the largest headers together
 * @param headTimeout from the first byte of a request to the end of its headers
 * @param bodyTimeout from the end of the headers to the end of the body
 * @param requestTimeout from the complete request to the answer; the work itself goes on
 * @param writeTimeout how long a client may leave its answer unread in our buffers
 * @param idleTimeout how long a connection may rest between two requests; longer than any proxy in
 *     front keeps one, or requests meet a closing connection
 * @param maxConnections open connections; further ones are refused
 * @param maxConcurrentWrites writes in flight, which may be exceeded only for a moment; further
 *     ones must come back later. A write counts once it has arrived whole. 0 is 256 for each core
 * @param slowBodiesPerUser writes of one user whose body is still arriving; further ones must come
 *     back later
 * @param slowBodiesPerAddress the same for one client address
 * @param trustedProxies addresses and blocks ({@code 10.0.0.0/8}) whose {@code X-Forwarded-For} is
 *     believed
 * @param cors whose pages may ask from another origin
 * @param eventLoops threads that serve connections; 0 is one for each core
 */
@ConfigurationProperties("firstcome.web")
public record WebSettings(
    @DefaultValue("64KB") DataSize maxBody,
    @DefaultValue("8KB") DataSize maxHead,
    @DefaultValue("5s") Duration headTimeout,
    @DefaultValue("5s") Duration bodyTimeout,
    @DefaultValue("10s") Duration requestTimeout,
    @DefaultValue("10s") Duration writeTimeout,
    @DefaultValue("90s") Duration idleTimeout,
    @DefaultValue("20000") int maxConnections,
    @DefaultValue("0") int maxConcurrentWrites,
    @DefaultValue("32") int slowBodiesPerUser,
    @DefaultValue("2000") int slowBodiesPerAddress,
    @DefaultValue List<String> trustedProxies,
    @DefaultValue Cors cors,
    @DefaultValue("0") int eventLoops) {

  /**
   * Cross-origin requests of browsers.
   *
   * @param allowedOrigins such as {@code https://shop.example}; none by default. If you name any,
   *     and a proxy in front of the shop ends TLS, name the shop's own origin too
   */
  public record Cors(@DefaultValue List<String> allowedOrigins) {

    public Cors {
      allowedOrigins = List.copyOf(allowedOrigins);
    }
  }

  public WebSettings {
    positive("max-body", maxBody.toBytes());
    positive("max-head", maxHead.toBytes());
    positive("head-timeout", headTimeout.toMillis());
    positive("body-timeout", bodyTimeout.toMillis());
    positive("request-timeout", requestTimeout.toMillis());
    positive("write-timeout", writeTimeout.toMillis());
    positive("idle-timeout", idleTimeout.toMillis());
    positive("max-connections", maxConnections);
    if (maxBody.toBytes() > 16 * 1024 * 1024) {
      throw new IllegalArgumentException("firstcome.web.max-body is at most 16MB");
    }
    notNegative("event-loops", eventLoops);
    positive("slow-bodies-per-user", slowBodiesPerUser);
    positive("slow-bodies-per-address", slowBodiesPerAddress);
    notNegative("max-concurrent-writes", maxConcurrentWrites);
    trustedProxies = trustedProxies.stream().map(WebSettings::block).toList();
    if (requestTimeout.compareTo(bodyTimeout) <= 0) {
      throw new IllegalArgumentException(
          "firstcome.web.request-timeout must be longer than firstcome.web.body-timeout");
    }
  }

  /** An address is a block of one. */
  private static String block(String text) {
    String block = text.contains("/") ? text : text + (text.contains(":") ? "/128" : "/32");
    int slash = block.indexOf('/');
    int bits = block.contains(":") ? 128 : 32;
    if (!NetUtil.isValidIpV4Address(block.substring(0, slash))
            && !NetUtil.isValidIpV6Address(block.substring(0, slash))
        || !block.substring(slash + 1).matches("[0-9]{1,3}")
        || Integer.parseInt(block.substring(slash + 1)) > bits) {
      throw new IllegalArgumentException(
          "firstcome.web.trusted-proxies: " + text + " is neither an address nor a block of them");
    }
    return block;
  }

  private static void notNegative(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException("firstcome.web." + name + " must not be negative");
    }
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException("firstcome.web." + name + " must be positive");
    }
  }
}
