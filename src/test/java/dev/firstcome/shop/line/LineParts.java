package dev.firstcome.shop.line;

import dev.firstcome.infra.postgres.Database;

/** This room for a simulated instance: what an order asks of it. */
public final class LineParts {

  private LineParts() {}

  public static Admissions admissions(Database database) {
    return new Admissions(new TicketSql(database));
  }
}
