package dev.firstcome.infra.postgres;

import static java.util.stream.Collectors.toMap;

import dev.firstcome.infra.jobs.Background;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcProperties;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Asks the server once, at the start, whether it has connections for every instance and keeps the
 * limits that each connection was opened with: a pooler such as PgBouncer drops what it does not
 * know. Neither stops the start, as both can be mended while the shop runs.
 */
@Component
class ServerCheck implements SmartInitializingSingleton {

  private static final Logger log = LoggerFactory.getLogger(ServerCheck.class);

  // Numbers without a unit: connections, or milliseconds. reserved_connections is PostgreSQL 16's.
  private static final String SETTINGS =
      """
      SELECT name, setting::bigint FROM pg_settings
      WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections',
        'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')
      """;

  private final Database database;
  private final DatabaseSettings settings;
  private final Background background;
  private final int poolSize;

  ServerCheck(
      Database database,
      DatabaseSettings settings,
      Background background,
      R2dbcProperties properties) {
    this.database = database;
    this.settings = settings;
    this.background = background;
    this.poolSize = properties.getPool().getMaxSize();
  }

  @Override
  public void afterSingletonsInstantiated() {
    background.start("server check", look().doOnNext(all -> all.forEach(log::warn)));
  }

  /** What is wrong with the server, a sentence each. */
  Mono<List<String>> look() {
    return database
        .list(SETTINGS, row -> Map.entry(row.get(0, String.class), row.get(1, Long.class)))
        .map(rows -> rows.stream().collect(toMap(Map.Entry::getKey, Map.Entry::getValue)))
        .map(server -> warnings(server, settings, poolSize));
  }

  static List<String> warnings(Map<String, Long> server, DatabaseSettings settings, int poolSize) {
    List<String> warnings = new ArrayList<>();
    long has =
        server.getOrDefault("max_connections", 0L)
            - server.getOrDefault("superuser_reserved_connections", 0L)
            - server.getOrDefault("reserved_connections", 0L);
    long wanted = (long) settings.instances() * poolSize;
    if (wanted > has) {
      warnings.add(
          String.format(
                  Locale.ROOT,
                  "%d instances may open %d connections each, and PostgreSQL has %d: raise max_connections,",
                  settings.instances(),
                  poolSize,
                  has)
              + " lower spring.r2dbc.pool.max-size, or put a pooler between them");
    }
    settings.ofSessions().forEach((name, limit) -> check(server, name, limit, warnings));
    return warnings;
  }

  private static void check(
      Map<String, Long> server, String name, Duration limit, List<String> warnings) {
    long kept = server.getOrDefault(name, 0L);
    if (kept == 0 || kept > limit.toMillis()) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "%s is %d ms in a session, not %d: set it for the user, as ALTER ROLE … SET %s = '%dms'",
              name,
              kept,
              limit.toMillis(),
              name,
              limit.toMillis()));
    }
  }
}
