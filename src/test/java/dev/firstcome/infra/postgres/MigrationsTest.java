package dev.firstcome.infra.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.r2dbc.spi.ConnectionFactoryOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MigrationsTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "r2dbc:postgresql://db/shop, jdbc:postgresql://db/shop",
        "r2dbc:postgresql://db:5433/shop, jdbc:postgresql://db:5433/shop",
        "r2dbcs:postgresql://db/shop, jdbc:postgresql://db/shop?sslmode=require",
        "`r2dbc:postgresql:failover://a:5433,b:5434/shop?targetServerType=primary`,"
            + "`jdbc:postgresql://a:5433,b:5434/shop?targetServerType=primary`",
        "`r2dbcs:postgresql:failover://a,b/shop`,"
            + "`jdbc:postgresql://a,b/shop?targetServerType=primary&sslmode=require`",
      })
  void goWhereTheShopGoes(String r2dbc, String jdbc) {
    assertThat(Migrations.jdbcUrl(ConnectionFactoryOptions.parse(r2dbc))).isEqualTo(jdbc);
  }
}
