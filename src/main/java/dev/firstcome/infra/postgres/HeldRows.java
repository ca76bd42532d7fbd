package dev.firstcome.infra.postgres;

import java.util.Locale;

/** Asks which rows somebody else has locked, without waiting for them. */
public final class HeldRows {

  private HeldRows() {}

  /**
   * SQL for a room's own table: which of the keys {@code $1} exist and are held by others. For
   * autocommit mode, so that what it locks in order to know is free again at once.
   *
   * @param key the column of the primary key
   */
  public static String sql(String table, String key) {
    return String.format(
        Locale.ROOT,
        """
        WITH free AS (SELECT %2$s FROM %1$s WHERE %2$s = ANY($1) FOR NO KEY UPDATE SKIP LOCKED)
        SELECT %2$s FROM %1$s WHERE %2$s = ANY($1) AND %2$s NOT IN (SELECT %2$s FROM free)
        """,
        table,
        key);
  }
}
