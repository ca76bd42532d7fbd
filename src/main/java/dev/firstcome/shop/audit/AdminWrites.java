package dev.firstcome.shop.audit;

import static dev.firstcome.infra.postgres.Columns.texts;

import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.DatabaseFailures;
import dev.firstcome.infra.postgres.Failure;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.RequestName;
import dev.firstcome.shop.audit.AdminChange.Note;
import io.r2dbc.spi.Readable;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes administrative changes. One transaction writes the request's name, makes the change, notes
 * it in the audit and keeps the answer. A second request of the same name waits for the first one's
 * row and then gets its answer; if the first one fails, the second makes the change.
 */
@Component
public class AdminWrites {

  // Waits for whoever has inserted the same name and not committed yet.
  private static final String BEGIN =
      "INSERT INTO admin_requests (id, fingerprint) VALUES ($1, $2) ON CONFLICT DO NOTHING";

  private static final String FIRST =
      "SELECT fingerprint, status, location, etag, body::text FROM admin_requests WHERE id = $1";

  private static final String KEEP =
      """
      UPDATE admin_requests
      SET status = $2, location = ($3::text[])[1], etag = ($3::text[])[2],
        body = ($3::text[])[3]::json
      WHERE id = $1
      """;

  private static final String AUDIT =
      """
      INSERT INTO audit (actor, action, trace_id, subject, before, after, reason)
      SELECT $1, $2, $3, subject, before::json, after::json, reason
      FROM unnest($4::text[], $5::text[], $6::text[], $7::text[])
        AS note (subject, before, after, reason)
      """;

  /**
   * How often a race for rows is decided anew, and a row waited for that somebody holds for long.
   */
  private static final int REPEATS = 3;

  private final Database database;
  private final JsonMapper json;

  /** Without what is not given: a later release may ask for more, and keys are kept for good. */
  private final JsonMapper content;

  @Autowired
  AdminWrites(Database database, JsonMapper json) {
    this(database, json, content(json));
  }

  AdminWrites(Database database, JsonMapper json, JsonMapper content) {
    this.database = database;
    this.json = json;
    this.content = content;
  }

  static JsonMapper content(JsonMapper json) {
    return json.rebuild()
        .changeDefaultPropertyInclusion(all -> all.withValueInclusion(Include.NON_NULL))
        .build();
  }

  /**
   * Makes the change, or finds the answer to the request that made it.
   *
   * @param work makes the change within the given transaction, notes it, and says what to answer. A
   *     refusal rolls everything back. It may be called again, with another transaction.
   * @return refuses with {@code IDEMPOTENCY_KEY_REUSED}, and as the work does
   */
  public Mono<AdminReply> once(
      AdminRequest request, Function<AdminChange, Mono<AdminAnswer>> work) {
    return database
        .transaction(session -> once(session, request, work))
        .retryWhen(
            Retry.max(REPEATS)
                .filter(AdminWrites::isRace)
                .onRetryExhaustedThrow((spec, last) -> last.failure()));
  }

  private static boolean isRace(Throwable failure) {
    Failure kind = DatabaseFailures.classify(failure);
    return kind == Failure.TRANSIENT || kind == Failure.LOCKED;
  }

  private Mono<AdminReply> once(
      Session session, AdminRequest request, Function<AdminChange, Mono<AdminAnswer>> work) {
    if (request.key() == null) {
      return make(session, request, work);
    }
    UUID fingerprint = RequestName.of("content", content.writeValueAsString(request.content()));
    return session
        .update(BEGIN, request.id(), fingerprint)
        .flatMap(
            begun ->
                begun == 0
                    ? first(session, request, fingerprint)
                    : make(session, request, work)
                        .delayUntil(made -> keep(session, request, made)));
  }

  private Mono<AdminReply> make(
      Session session, AdminRequest request, Function<AdminChange, Mono<AdminAnswer>> work) {
    AdminChange change = new AdminChange(session, request);
    return work.apply(change)
        .single()
        .delayUntil(answer -> audit(change))
        .map(answer -> reply(answer));
  }

  private AdminReply reply(AdminAnswer answer) {
    return new AdminReply(
        answer.status().value(),
        answer.location(),
        answer.tag() == null ? null : answer.tag().value(),
        answer.body() == null ? null : text(answer.body()),
        answer.replayed());
  }

  private record Kept(UUID fingerprint, AdminReply reply) {

    static Kept of(Readable row) {
      return new Kept(
          row.get(0, UUID.class),
          new AdminReply(
              row.get(1, Integer.class),
              row.get(2, String.class),
              row.get(3, String.class),
              row.get(4, String.class),
              true));
    }
  }

  private static Mono<AdminReply> first(Session session, AdminRequest request, UUID fingerprint) {
    return session
        .list(FIRST, Kept::of, request.id())
        .map(rows -> rows.get(0))
        .filter(kept -> kept.fingerprint.equals(fingerprint))
        .map(Kept::reply)
        .switchIfEmpty(CommonRefusal.IDEMPOTENCY_KEY_REUSED.asError());
  }

  private static Mono<Long> keep(Session session, AdminRequest request, AdminReply reply) {
    @Nullable String[] texts = {reply.location(), reply.etag(), reply.body()};
    return session.update(KEEP, request.id(), reply.status(), texts);
  }

  private Mono<Long> audit(AdminChange change) {
    List<Note> notes = change.notes();
    if (notes.isEmpty()) {
      return Mono.empty();
    }
    AdminRequest request = change.request();
    return change
        .session()
        .update(
            AUDIT,
            request.actor(),
            request.action(),
            request.traceId(),
            texts(notes, Note::subject),
            texts(notes, note -> text(note.before())),
            texts(notes, note -> text(note.after())),
            texts(notes, Note::reason));
  }

  private @Nullable String text(@Nullable Object value) {
    return value == null ? null : json.writeValueAsString(value);
  }
}
