package dev.firstcome.infra.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.r2dbc.mapping.R2dbcMappingContext;
import org.springframework.data.relational.core.mapping.RelationalPersistentEntity;
import org.springframework.data.relational.core.sql.SqlIdentifier;

class ColumnNamesTest {

  private static final Locale LOCALE = Locale.getDefault();

  record Row(long id, long orderId, long balanceAfter) {}

  @AfterEach
  void comeHome() {
    Locale.setDefault(LOCALE);
  }

  @Test
  void areTheSameOnATurkishMachine() {
    Locale.setDefault(Locale.forLanguageTag("tr-TR"));
    RelationalPersistentEntity<?> row =
        new R2dbcMappingContext(new ColumnNames()).getRequiredPersistentEntity(Row.class);
    assertThat(
            Stream.of("id", "orderId", "balanceAfter")
                .map(name -> row.getRequiredPersistentProperty(name).getColumnName())
                .map(SqlIdentifier::getReference))
        .containsExactly("id", "order_id", "balance_after");
  }
}
