package dev.firstcome.shop.drop;

import static dev.firstcome.infra.postgres.Columns.longs;
import static dev.firstcome.infra.postgres.Columns.texts;

import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.drop.RefusalCounts.Counted;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The SQL of counted refusals. */
@Component
class RefusalSql {

  // In one order, so that instances that write at once wait for each other and nothing more. A drop
  // that somebody has deleted by hand keeps nobody from writing.
  private static final String ADD =
      """
      INSERT INTO drop_refusals (drop_id, code, number)
      SELECT d.id, c.code, c.number
      FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS c (drop_id, code, number)
      JOIN drops d ON d.id = c.drop_id
      ORDER BY d.id, c.code
      ON CONFLICT (drop_id, code) DO UPDATE SET number = drop_refusals.number + EXCLUDED.number
      """;

  private static final String OF_DROP =
      "SELECT code, number FROM drop_refusals WHERE drop_id = $1 ORDER BY code";

  private final Database database;

  RefusalSql(Database database) {
    this.database = database;
  }

  Mono<Long> add(Session session, Map<Counted, Long> counts) {
    List<Map.Entry<Counted, Long>> rows = List.copyOf(counts.entrySet());
    return session.update(
        ADD,
        longs(rows, row -> row.getKey().dropId()),
        texts(rows, row -> row.getKey().code()),
        longs(rows, Map.Entry::getValue));
  }

  Mono<List<Map.Entry<String, Long>>> of(long dropId) {
    return database.list(
        OF_DROP, row -> Map.entry(row.get(0, String.class), row.get(1, Long.class)), dropId);
  }
}
