package dev.firstcome.shop.line;

import java.time.Instant;

/**
 * A ticket as it was read.
 *
 * @param now by PostgreSQL's clock, when it was
 */
record Seen(Line line, Ticket ticket, Instant now) {

  Ticket.Status status() {
    return ticket.status(line, now);
  }
}
