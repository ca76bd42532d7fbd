package dev.firstcome.database;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Limits that PostgreSQL itself enforces on each connection.
 *
 * @param statementTimeout how long one statement may run
 * @param lockTimeout how long a statement waits for a row lock
 * @param idleTimeout how long a transaction may sit idle before the server ends it, so that a lost
 *     client's locks go
 */
@ConfigurationProperties("firstcome.database")
public record DatabaseSettings(
    @DefaultValue("5s") Duration statementTimeout,
    @DefaultValue("3s") Duration lockTimeout,
    @DefaultValue("10s") Duration idleTimeout) {

  public DatabaseSettings {
    if (lockTimeout.compareTo(statementTimeout) >= 0) {
      throw new IllegalArgumentException(
          "firstcome.database: lock-timeout must be below statement-timeout, or it never applies");
    }
  }
}
