package dev.firstcome.web;

import java.time.Duration;
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
 * @param idleTimeout how long a connection may rest between two requests
 * @param maxConnections open connections; further ones are refused
 * @param eventLoops threads that serve connections; 0 is one for each core
 */
@ConfigurationProperties("firstcome.web")
public record WebSettings(
    @DefaultValue("64KB") DataSize maxBody,
    @DefaultValue("8KB") DataSize maxHead,
    @DefaultValue("5s") Duration headTimeout,
    @DefaultValue("5s") Duration bodyTimeout,
    @DefaultValue("10s") Duration requestTimeout,
    @DefaultValue("60s") Duration idleTimeout,
    @DefaultValue("20000") int maxConnections,
    @DefaultValue("0") int eventLoops) {

  public WebSettings {
    positive("max-body", maxBody.toBytes());
    positive("max-head", maxHead.toBytes());
    positive("head-timeout", headTimeout.toMillis());
    positive("body-timeout", bodyTimeout.toMillis());
    positive("request-timeout", requestTimeout.toMillis());
    positive("idle-timeout", idleTimeout.toMillis());
    positive("max-connections", maxConnections);
    if (maxBody.toBytes() > 16 * 1024 * 1024) {
      throw new IllegalArgumentException("firstcome.web.max-body is at most 16MB");
    }
    if (eventLoops < 0) {
      throw new IllegalArgumentException("firstcome.web.event-loops must not be negative");
    }
    if (requestTimeout.compareTo(bodyTimeout) <= 0) {
      throw new IllegalArgumentException(
          "firstcome.web.request-timeout must be longer than firstcome.web.body-timeout");
    }
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException("firstcome.web." + name + " must be positive");
    }
  }
}
