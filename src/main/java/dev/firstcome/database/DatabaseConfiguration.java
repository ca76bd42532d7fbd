package dev.firstcome.database;

import dev.firstcome.batch.FailureClassifier;
import io.netty.util.concurrent.EventExecutorGroup;
import io.r2dbc.postgresql.PostgresqlConnectionFactoryProvider;
import java.util.Map;
import org.springframework.boot.r2dbc.autoconfigure.ConnectionFactoryOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.netty.resources.LoopResources;

/** How connections are made: on loops of their own, and with no statement that may run for ever. */
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {

  @Bean
  FailureClassifier databaseFailures() {
    return DatabaseFailures::classify;
  }

  @Bean(destroyMethod = "dispose")
  LoopResources databaseLoops() {
    // Not colocated: reactor-netty would put every connection on the one HTTP loop that asked
    // first.
    return LoopResources.create(
        "database", 1, Runtime.getRuntime().availableProcessors(), true, false);
  }

  /** The same loops, to be watched. */
  @Bean(destroyMethod = "")
  EventExecutorGroup databaseEventLoops(LoopResources databaseLoops) {
    return databaseLoops.onClient(LoopResources.DEFAULT_NATIVE);
  }

  @Bean
  ConnectionFactoryOptionsBuilderCustomizer boundedConnections(
      LoopResources databaseLoops, DatabaseSettings settings) {
    Map<String, String> limits =
        Map.of(
            "statement_timeout", settings.statementTimeout().toMillis() + "ms",
            "lock_timeout", settings.lockTimeout().toMillis() + "ms",
            "idle_in_transaction_session_timeout", settings.idleTimeout().toMillis() + "ms");
    return options ->
        options
            .option(PostgresqlConnectionFactoryProvider.LOOP_RESOURCES, databaseLoops)
            .option(PostgresqlConnectionFactoryProvider.OPTIONS, limits);
  }
}
