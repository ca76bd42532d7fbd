package dev.firstcome.shop.line;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A ticket as it is answered.
 *
 * @param admittedUntil null: it is not admitted
 * @param soldOut whether nothing is left at this moment
 * @param pollAfter in seconds: when to ask again
 */
record TicketBody(
    long dropId,
    Ticket.Status status,
    @Nullable Long number,
    @Nullable Long ahead,
    @JsonProperty("wait") Standing.@Nullable Wait expected,
    @Nullable Instant admittedUntil,
    boolean soldOut,
    long pollAfter) {

  static TicketBody of(Seen seen, DoubleSupplier chance) {
    Standing standing = Standing.of(seen, chance);
    Ticket ticket = seen.ticket();
    boolean admitted = seen.status() == Ticket.Status.ADMITTED;
    return new TicketBody(
        ticket.dropId(),
        seen.status(),
        ticket.number(),
        standing.ahead(),
        standing.expected(),
        admitted && ticket.until() != null ? seen.line().at(ticket.until(), seen.now()) : null,
        seen.line().soldOut(),
        standing.pollAfter());
  }
}
