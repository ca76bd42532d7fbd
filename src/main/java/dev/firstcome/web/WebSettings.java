package dev.firstcome.web;

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
 * @param maxHead the longest request line, and the largest sum of headers
 * @param headTimeout from the first byte of a request to the end of its headers
 * @param bodyTimeout from the end of the headers to the end of the body
 * @param requestTimeout from there until a handler must have answered; its work goes on
 * @param writeTimeout how long a client may leave lying what the kernel could not take of its
 *     answer
 * @param idleTimeout how long a connection may rest between two requests
 * @param maxConnections open connections; further ones are refused
 * @param maxConnectionsPerAddress open connections from one address that is no trusted proxy; 0: no
 *     limit of its own
 * @param maxConcurrentWrites writes under way of which there may be more for a moment only; further
 *     ones are told to come back. 0 is 256 for each core
 * @param trustedProxies addresses and blocks ({@code 10.0.0.0/8}) whose {@code X-Forwarded-For} is
 *     believed
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
    @DefaultValue("60s") Duration idleTimeout,
    @DefaultValue("20000") int maxConnections,
    @DefaultValue("0") int maxConnectionsPerAddress,
    @DefaultValue("0") int maxConcurrentWrites,
    @DefaultValue List<String> trustedProxies,
    @DefaultValue("0") int eventLoops) {

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
    notNegative("max-connections-per-address", maxConnectionsPerAddress);
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
