package dev.firstcome.shop.audit;

import dev.firstcome.infra.postgres.Database;
import tools.jackson.databind.json.JsonMapper;

/** This room for a simulated instance: made of its real classes. */
public final class AuditParts {

  /** One for all: what it has learnt of records is dear. */
  private static final JsonMapper CONTENT = AdminWrites.content(JsonMapper.shared());

  private AuditParts() {}

  public static AdminWrites writes(Database database) {
    return new AdminWrites(database, JsonMapper.shared(), CONTENT);
  }
}
