package dev.firstcome.database;

import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcProperties;
import org.springframework.stereotype.Component;

/**
 * Brings the schema up to date at start, before anything else touches the database. Flyway speaks
 * JDBC, so the address is taken over from {@code spring.r2dbc.*}: one database, configured once.
 */
@Component("migrations")
class Migrations {

  Migrations(R2dbcProperties properties) {
    String url = properties.getUrl();
    if (url == null) {
      throw new IllegalStateException(
          "no database: set SPRING_R2DBC_URL, for example r2dbc:postgresql://localhost/firstcome");
    }
    ConnectionFactoryOptions options = ConnectionFactoryOptions.parse(url);
    Flyway.configure()
        .dataSource(
            jdbcUrl(options),
            value(properties.getUsername(), options, ConnectionFactoryOptions.USER),
            value(properties.getPassword(), options, ConnectionFactoryOptions.PASSWORD))
        .locations("classpath:db/migration")
        .validateMigrationNaming(true)
        .load()
        .migrate();
  }

  static String jdbcUrl(ConnectionFactoryOptions options) {
    Object port = options.getValue(ConnectionFactoryOptions.PORT);
    String url =
        "jdbc:postgresql://%s:%s/%s"
            .formatted(
                options.getRequiredValue(ConnectionFactoryOptions.HOST),
                port == null ? 5432 : port,
                options.getRequiredValue(ConnectionFactoryOptions.DATABASE));
    boolean encrypted =
        Boolean.parseBoolean(String.valueOf(options.getValue(ConnectionFactoryOptions.SSL)));
    return encrypted ? url + "?sslmode=require" : url;
  }

  private static String value(
      @Nullable String configured,
      ConnectionFactoryOptions options,
      Option<? extends CharSequence> option) {
    if (configured != null) {
      return configured;
    }
    Object inUrl = options.getValue(option);
    return inUrl == null ? "" : inUrl.toString();
  }
}
