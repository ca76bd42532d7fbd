package dev.firstcome.infra.postgres;

import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import java.util.Locale;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcProperties;
import org.springframework.stereotype.Component;

/**
 * Brings the schema up to date at start, before anything else touches the database. Flyway speaks
 * JDBC, so the address is taken over from {@code spring.r2dbc.*}: one database, configured once,
 * unless {@link MigrationSettings} leads past a pooler. A schema with later migrations than this
 * jar has is left as it is: during a rolling update older instances start on it.
 */
@Component("migrations")
class Migrations {

  Migrations(R2dbcProperties properties, MigrationSettings own) {
    String url = properties.getUrl();
    if (url == null) {
      throw new IllegalStateException(
          "no database: set SPRING_R2DBC_URL, for example r2dbc:postgresql://localhost/firstcome");
    }
    ConnectionFactoryOptions options = ConnectionFactoryOptions.parse(url);
    String user = own.user() == null ? properties.getUsername() : own.user();
    String password = own.password() == null ? properties.getPassword() : own.password();
    Flyway.configure()
        .dataSource(
            own.url() == null ? jdbcUrl(options) : own.url(),
            value(user, options, ConnectionFactoryOptions.USER),
            value(password, options, ConnectionFactoryOptions.PASSWORD))
        .locations("classpath:db/migration")
        .validateMigrationNaming(true)
        .load()
        .migrate();
  }

  static String jdbcUrl(ConnectionFactoryOptions options) {
    Object port = options.getValue(ConnectionFactoryOptions.PORT);
    Object host = options.getRequiredValue(ConnectionFactoryOptions.HOST);
    boolean several = host.toString().contains(",");
    String url =
        String.format(
            Locale.ROOT,
            "jdbc:postgresql://%s/%s",
            several || port == null ? host : host + ":" + port,
            options.getRequiredValue(ConnectionFactoryOptions.DATABASE));
    boolean encrypted =
        Boolean.parseBoolean(String.valueOf(options.getValue(ConnectionFactoryOptions.SSL)));
    // Of several hosts the one that can be written to.
    return url
        + (several ? "?targetServerType=primary" : "")
        + (encrypted ? (several ? "&" : "?") + "sslmode=require" : "");
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
