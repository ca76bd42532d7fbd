package dev.firstcome.shop.audit;

import dev.firstcome.infra.postgres.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An administrative change under way: the transaction that makes it, and what to note of it. */
public final class AdminChange {

  private final Session session;
  private final AdminRequest request;
  private final List<Note> notes = new ArrayList<>();

  AdminChange(Session session, AdminRequest request) {
    this.session = session;
    this.request = request;
  }

  /** One row of the audit. */
  record Note(
      String subject, @Nullable Object before, @Nullable Object after, @Nullable String reason) {}

  /** The change's own transaction. */
  public Session session() {
    return session;
  }

  public AdminRequest request() {
    return request;
  }

  /**
   * Notes what becomes of a subject. What is as it was is not noted.
   *
   * @param subject such as {@code product:7}; noted once
   * @param before is written as JSON, so it must not have a secret in it; null for what was not
   *     there
   * @param after likewise
   */
  public void note(
      String subject, @Nullable Object before, @Nullable Object after, @Nullable String reason) {
    if (!Objects.equals(before, after)) {
      notes.add(new Note(subject, before, after, reason));
    }
  }

  List<Note> notes() {
    return notes;
  }
}
