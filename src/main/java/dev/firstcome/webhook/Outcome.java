package dev.firstcome.webhook;

import dev.firstcome.outbox.OutboxEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is written down of a lease's end. */
record Outcome(
    Leased leased,
    EventStatus status,
    int attempts,
    @Nullable String lastError,
    Instant nextAttemptAt,
    @Nullable Instant tryingSince,
    @Nullable Instant deliveredAt) {

  /** It was not tried after all: as it was, and due. */
  static Outcome released(Leased leased) {
    OutboxEvent event = leased.event();
    return new Outcome(
        leased,
        EventStatus.PENDING,
        leased.attempts(),
        null,
        event.createdAt(),
        leased.tryingSince(),
        null);
  }
}
