package dev.firstcome.shop.audit;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.firstcome.infra.postgres.Database;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The audit as it is read, newest first. Each filter has a statement and an index of its own. */
@Component
class AuditSql {

  private static final String SELECT =
      """
      SELECT id, at, actor, action, subject, before::text AS before, after::text AS after, reason,
        trace_id
      FROM audit
      """;

  private static final String NEWEST_BEFORE = SELECT + "WHERE id < $1 ORDER BY id DESC LIMIT $2";

  private static final String BY_ACTOR =
      SELECT + "WHERE id < $1 AND actor = $3 ORDER BY id DESC LIMIT $2";

  private static final String OF_SUBJECT =
      SELECT + "WHERE id < $1 AND subject = $3 ORDER BY id DESC LIMIT $2";

  private static final String OF_SUBJECT_BY_ACTOR =
      SELECT + "WHERE id < $1 AND subject = $3 AND actor = $4 ORDER BY id DESC LIMIT $2";

  private final Database database;

  AuditSql(Database database) {
    this.database = database;
  }

  /** A row of the audit, as it is answered. */
  record Entry(
      String id,
      Instant at,
      String actor,
      String action,
      String subject,
      @JsonRawValue @Nullable String before,
      @JsonRawValue @Nullable String after,
      @Nullable String reason,
      String traceId) {}

  /**
   * @param actor null: of anybody
   * @param subject null: of anything
   */
  Mono<List<Entry>> newestBefore(
      long id, int limit, @Nullable String actor, @Nullable String subject) {
    if (subject == null) {
      return actor == null
          ? database.list(NEWEST_BEFORE, AuditSql::entry, id, limit)
          : database.list(BY_ACTOR, AuditSql::entry, id, limit, actor);
    }
    return actor == null
        ? database.list(OF_SUBJECT, AuditSql::entry, id, limit, subject)
        : database.list(OF_SUBJECT_BY_ACTOR, AuditSql::entry, id, limit, subject, actor);
  }

  private static Entry entry(Readable row) {
    return new Entry(
        String.valueOf(row.get("id", Long.class)),
        row.get("at", Instant.class),
        row.get("actor", String.class),
        row.get("action", String.class),
        row.get("subject", String.class),
        row.get("before", String.class),
        row.get("after", String.class),
        row.get("reason", String.class),
        row.get("trace_id", String.class));
  }
}
