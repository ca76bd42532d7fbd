package dev.firstcome.infra.postgres;

import dev.firstcome.infra.jobs.PeriodicJobs;
import io.netty.util.concurrent.EventExecutorGroup;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactoryProvider;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.ValidationDepth;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.r2dbc.ConnectionFactoryDecorator;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;
import reactor.pool.PooledRefMetadata;

/** How connections are made: on loops of their own, and with nothing that may last for ever. */
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {

  /**
   * Every statement of the shop goes by a key. PostgreSQL keeps the plan of a prepared one, and for
   * tables that were empty when it was made that plan reads them from end to end, batch after
   * batch, until autovacuum comes by a minute later: in the first minute of a shop, at its first
   * drop. Such plans are ruled out, and so is compiling them because they are thought dear.
   */
  private static final Map<String, String> PLANS =
      Map.of("enable_seqscan", "off", "enable_mergejoin", "off", "jit", "off");

  @Bean
  FailureClassifier databaseFailures() {
    return DatabaseFailures::classify;
  }

  @Bean(destroyMethod = "dispose")
  LoopResources databaseLoops(DatabaseSettings settings) {
    // Not colocated: reactor-netty would put every connection on the one HTTP loop that asked
    // first.
    LoopResources loops =
        LoopResources.create(
            "database", 1, Runtime.getRuntime().availableProcessors(), true, false);
    return new KeepaliveLoopResources(loops, settings.answerTimeout());
  }

  /** The same loops, to be watched. */
  @Bean(destroyMethod = "")
  EventExecutorGroup databaseEventLoops(LoopResources databaseLoops) {
    return databaseLoops.onClient(LoopResources.DEFAULT_NATIVE);
  }

  /**
   * In the place of Spring Boot's, from the same properties: that one lets any number wait, and
   * hands out connections that were lost while they were at rest. Of the pool's properties it takes
   * sizes and times.
   */
  @Bean(destroyMethod = "dispose")
  ConnectionPool connectionFactory(
      R2dbcConnectionDetails server,
      R2dbcProperties properties,
      LoopResources databaseLoops,
      DatabaseSettings settings,
      ObjectProvider<ConnectionFactoryDecorator> tracing) {
    ConnectionFactory driver =
        driver(server.getConnectionFactoryOptions(), databaseLoops, settings);
    for (ConnectionFactoryDecorator decorator : tracing) {
      driver = decorator.decorate(driver);
    }
    return pool(driver, properties.getPool(), settings);
  }

  /** With a pool of its own, as large: it is another server. */
  @Bean
  Replica replica(
      Database database,
      R2dbcProperties properties,
      LoopResources databaseLoops,
      DatabaseSettings settings,
      PeriodicJobs loops) {
    String url = settings.replicaUrl();
    if (url == null || url.isBlank()) {
      return Replica.none(database);
    }
    ConnectionFactoryOptions.Builder options = ConnectionFactoryOptions.parse(url).mutate();
    if (properties.getUsername() != null && properties.getPassword() != null) {
      options
          .option(ConnectionFactoryOptions.USER, properties.getUsername())
          .option(ConnectionFactoryOptions.PASSWORD, properties.getPassword());
    }
    ConnectionFactory driver = driver(options.build(), databaseLoops, settings);
    ConnectionPool pool = pool(driver, properties.getPool(), settings);
    return Replica.of(database, pool, settings.replicaLag(), loops);
  }

  private static ConnectionPool pool(
      ConnectionFactory driver, R2dbcProperties.Pool pool, DatabaseSettings settings) {
    return new ConnectionPool(
        ConnectionPoolConfiguration.builder(driver)
            .initialSize(pool.getInitialSize())
            .maxSize(pool.getMaxSize())
            .maxIdleTime(pool.getMaxIdleTime())
            .maxAcquireTime(pool.getMaxAcquireTime())
            .maxCreateConnectionTime(pool.getMaxCreateConnectionTime())
            .acquireRetry(pool.getAcquireRetry())
            .customizer(
                builder ->
                    builder
                        .maxPendingAcquire(settings.maxWaiting())
                        .evictionPredicate((c, use) -> isSpent(c, use, pool)))
            .build());
  }

  private static ConnectionFactory driver(
      ConnectionFactoryOptions server, LoopResources loops, DatabaseSettings settings) {
    Map<String, String> session = new HashMap<>(PLANS);
    settings.ofSessions().forEach((name, limit) -> session.put(name, limit.toMillis() + "ms"));
    ConnectionFactoryOptions options =
        server
            .mutate()
            .option(PostgresqlConnectionFactoryProvider.LOOP_RESOURCES, loops)
            .option(PostgresqlConnectionFactoryProvider.TCP_KEEPALIVE, true)
            .option(PostgresqlConnectionFactoryProvider.OPTIONS, session)
            .build();
    return ConnectionFactories.get(options);
  }

  /** Lost, too old, or at rest for too long. The driver answers the local look at once. */
  private static boolean isSpent(
      Connection connection, PooledRefMetadata use, R2dbcProperties.Pool pool) {
    Duration maxLife = pool.getMaxLifeTime();
    boolean alive = Mono.from(connection.validate(ValidationDepth.LOCAL)).toFuture().getNow(false);
    return !alive
        || use.idleTime() >= pool.getMaxIdleTime().toMillis()
        || (maxLife != null && use.lifeTime() >= maxLife.toMillis());
  }
}
