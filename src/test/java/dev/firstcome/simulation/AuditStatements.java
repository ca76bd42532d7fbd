package dev.firstcome.simulation;

import static dev.firstcome.simulation.Statements.changed;
import static dev.firstcome.simulation.Statements.on;
import static dev.firstcome.simulation.Statements.rows;
import static java.util.Objects.requireNonNull;

import dev.firstcome.simulation.PostgresServer.AdminRequest;
import dev.firstcome.simulation.Statements.Locks;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** What the shop's SQL of administrative changes does. */
final class AuditStatements {

  private AuditStatements() {}

  static void all() {
    on(
        "AdminWrites.BEGIN",
        "",
        // A name that is committed is found without waiting for anybody.
        (db, tx, a) ->
            db.adminRequests.get(tx, a[0]) == null
                ? List.of(db.adminRequests.key(a[0]))
                : List.of(),
        (db, tx, a, locked) -> {
          boolean fresh = db.adminRequests.get(tx, a[0]) == null;
          if (fresh) {
            db.adminRequests.put(tx, a[0], new AdminRequest((UUID) a[1], null, null, null, null));
          }
          return changed(fresh ? 1 : 0);
        });
    on(
        "AdminWrites.FIRST",
        "fingerprint status location etag body",
        Locks.NONE,
        (db, tx, a, locked) ->
            rows(Stream.ofNullable(db.adminRequests.get(tx, a[0])).map(AdminRequest::columns)));
    on(
        "AdminWrites.KEEP",
        "",
        (db, tx, a) -> List.of(db.adminRequests.key(a[0])),
        (db, tx, a, locked) -> {
          String[] texts = (String[]) a[2];
          UUID fingerprint = requireNonNull(db.adminRequests.get(tx, a[0])).fingerprint();
          db.adminRequests.put(
              tx,
              a[0],
              new AdminRequest(fingerprint, (Integer) a[1], texts[0], texts[1], texts[2]));
          return changed(1);
        });
    on(
        "AdminWrites.AUDIT",
        "",
        Locks.NONE,
        (db, tx, a, locked) -> {
          String[] subjects = (String[]) a[3];
          for (String subject : subjects) {
            db.audit.put(tx, db.auditId(), subject);
          }
          return changed(subjects.length);
        });
  }
}
