package dev.firstcome.infra.postgres;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where migrations go, if not where {@code spring.r2dbc.*} leads: to the server itself if a pooler
 * stands before it, as another user if the shop's own may not change the schema.
 *
 * @param url such as {@code jdbc:postgresql://db:5432/firstcome}
 * @param user instead of {@code spring.r2dbc.username}
 * @param password instead of {@code spring.r2dbc.password}
 */
@ConfigurationProperties("spring.flyway")
record MigrationSettings(@Nullable String url, @Nullable String user, @Nullable String password) {

  /** Without url and password: settings end up in logs. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "MigrationSettings[user=%s]", user);
  }
}
