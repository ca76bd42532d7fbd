package dev.firstcome.dev;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Result;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import reactor.core.publisher.Flux;

/**
 * Gives a context an empty database and an empty Redis database of its own, on the servers of this
 * JVM: for tests that flush, that set the clock, or that must be the only ones to relay.
 */
public final class OwnStores
    implements ApplicationContextInitializer<ConfigurableApplicationContext> {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** 0 is the shared shop's; a Redis has 16. */
  private static final AtomicInteger NEXT = new AtomicInteger(1);

  @Override
  public void initialize(ConfigurableApplicationContext context) {
    ConfigurableEnvironment environment = context.getEnvironment();
    Map<String, Object> servers = new HashMap<>(Servers.forTests(environment));
    put(environment, "own servers", servers);
    String url = environment.getRequiredProperty("spring.r2dbc.url");
    String name = "own_" + UUID.randomUUID().toString().replace("-", "");
    execute(connections(environment, url), "create database " + name);
    Map<String, Object> stores = new HashMap<>();
    stores.put("spring.r2dbc.url", url.substring(0, url.lastIndexOf('/') + 1) + name);
    stores.put(DevelopmentShop.SECRET, Tokens.randomSecret());
    String redis = environment.getProperty("spring.data.redis.url");
    if (redis != null) {
      stores.put("spring.data.redis.url", redis + "/" + NEXT.getAndIncrement());
    }
    // Many tests let one user order much; what limits that says so itself.
    if (!environment.containsProperty("firstcome.order.max-pending")) {
      stores.put("firstcome.order.max-pending", "0");
    }
    // A cluster has no databases: who tests on one has it for itself (src/test/check cluster
    // alone).
    put(environment, "own stores", stores);
  }

  private static void put(
      ConfigurableEnvironment environment, String name, Map<String, Object> values) {
    environment.getPropertySources().addFirst(new MapPropertySource(name, values));
  }

  private static ConnectionFactory connections(ConfigurableEnvironment environment, String url) {
    return ConnectionFactories.get(
        ConnectionFactoryOptions.parse(url)
            .mutate()
            .option(
                ConnectionFactoryOptions.USER,
                environment.getRequiredProperty("spring.r2dbc.username"))
            .option(
                ConnectionFactoryOptions.PASSWORD,
                environment.getRequiredProperty("spring.r2dbc.password"))
            .build());
  }

  private static void execute(ConnectionFactory connections, String sql) {
    Flux.usingWhen(
            connections.create(),
            c -> Flux.from(c.createStatement(sql).execute()).concatMap(Result::getRowsUpdated),
            Connection::close)
        .blockLast(LIMIT);
  }
}
