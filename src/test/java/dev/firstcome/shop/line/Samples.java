package dev.firstcome.shop.line;

import dev.firstcome.shop.drop.Drop;
import dev.firstcome.shop.drop.LineTerms;
import dev.firstcome.shop.line.Ticket.Status;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Lines and tickets for the rules. */
final class Samples {

  static final long DROP = 7;
  static final Instant OPENING = Instant.parse("2026-11-28T12:00:00Z");

  private Samples() {}

  /** Open; some of those from before have their numbers. */
  static Line shuffling(long pooled, long last) {
    Line line = line(1_000L, OPENING, last, 0);
    return new Line(line.drop(), OPENING, null, pooled, last, 0, last, 0, null, 0, false);
  }

  /**
   * @param rate null: automatic
   */
  static Line line(@Nullable Long rate, @Nullable Instant openedAt, long last, long upTo) {
    Drop drop = new Drop(DROP, "drop", OPENING, null, null, false, new LineTerms(rate, 120, 30));
    return new Line(drop, openedAt, openedAt, 0, last, upTo, last - upTo, 0, null, 0, false);
  }

  static Ticket ticket(String user, Status status, @Nullable Long number, Instant heardAt) {
    Instant until = status == Status.ADMITTED ? heardAt.plusSeconds(120) : null;
    return new Ticket(DROP, user, status, number, false, heardAt, null, until);
  }
}
