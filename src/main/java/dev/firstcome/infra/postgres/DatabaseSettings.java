package dev.firstcome.infra.postgres;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Limits of each connection, most of which PostgreSQL itself enforces.
 *
 * @param statementTimeout how long one statement may run
 * @param lockTimeout how long a statement waits for a row lock
 * @param idleTimeout how long a transaction may sit idle before the server ends it and its locks
 * @param answerTimeout how long the server may stay silent after a question; then the connection is
 *     closed
 * @param maxWaiting how many requests may wait for a connection; further ones are refused
 * @param instances instances that share the server, including a rolling update's extra one; the
 *     start warns if it has too few connections for them
 * @param replicaUrl where products and best sellers may be read, such as {@code
 *     r2dbc:postgresql://db2:5432/firstcome}; none: the primary
 * @param replicaLag how far such a read may be behind; a slower replica is not used
 */
@ConfigurationProperties("firstcome.database")
public record DatabaseSettings(
    @DefaultValue("5s") Duration statementTimeout,
    @DefaultValue("1s") Duration lockTimeout,
    @DefaultValue("10s") Duration idleTimeout,
    @DefaultValue("6s") Duration answerTimeout,
    @DefaultValue("4096") int maxWaiting,
    @DefaultValue("1") int instances,
    @Nullable String replicaUrl,
    @DefaultValue("1s") Duration replicaLag) {

  public DatabaseSettings {
    if (lockTimeout.compareTo(statementTimeout) >= 0) {
      throw new IllegalArgumentException(
          "firstcome.database: lock-timeout must be below statement-timeout, or it never applies");
    }
    if (answerTimeout.compareTo(statementTimeout) <= 0) {
      throw new IllegalArgumentException(
          "firstcome.database: answer-timeout must be above statement-timeout, or a server that is"
              + " only slow is taken for one that is gone");
    }
    if (maxWaiting < 1 || instances < 1) {
      throw new IllegalArgumentException(
          "firstcome.database: max-waiting and instances must be at least 1");
    }
    if (replicaLag.toMillis() < 100) {
      throw new IllegalArgumentException("firstcome.database.replica-lag must be at least 100ms");
    }
  }

  /** What each session asks the server to enforce, under its names. */
  Map<String, Duration> ofSessions() {
    return Map.of(
        "statement_timeout", statementTimeout,
        "lock_timeout", lockTimeout,
        "idle_in_transaction_session_timeout", idleTimeout);
  }
}
