package dev.firstcome.engine.webhook;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is written down of a lease's end.
 *
 * @param ending what became of the event
 * @param pause until it is tried again
 */
record Outcome(
    Leased leased, Ending ending, int attempts, @Nullable String lastError, Duration pause) {

  enum Ending {
    DELIVERED,
    /** To be tried again. */
    FAILED,
    /**
     * Not to be tried again, if the platform has accepted another event since this one first
     * failed. One that accepts nothing is unwell, and says nothing about this event.
     */
    REFUSED,
    /** There is nothing to send. */
    DEAD,
    /** It was not tried after all: as it was, and due. */
    RELEASED
  }

  static Outcome released(Leased leased) {
    return new Outcome(leased, Ending.RELEASED, leased.attempts(), null, Duration.ZERO);
  }
}
