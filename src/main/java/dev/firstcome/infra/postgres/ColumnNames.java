package dev.firstcome.infra.postgres;

import java.util.Locale;
import java.util.regex.Pattern;
import org.springframework.data.relational.core.mapping.NamingStrategy;
import org.springframework.data.relational.core.mapping.RelationalPersistentProperty;
import org.springframework.stereotype.Component;

/**
 * Of {@code orderId} it is {@code order_id}, on every machine. Spring Data's own rule takes the
 * machine's letters, and a Turkish one has another small I.
 */
@Component
final class ColumnNames implements NamingStrategy {

  private static final Pattern NEXT_WORD = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  @Override
  public String getColumnName(RelationalPersistentProperty property) {
    return NEXT_WORD.matcher(property.getName()).replaceAll("_").toLowerCase(Locale.ROOT);
  }
}
